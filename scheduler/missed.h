// The missed policy: what becomes of the slots that have come due since the last look (S16-S18).
//
// It makes no difference why nobody looked: a busy machine, a suspend, a clock set forward and a daemon that was down
// are the same thing. Mostly there is one slot, and it is due this instant.
#pragma once

#include <optional>

#include <belfry/outcome.h>
#include <belfry/policies.h>
#include <belfry/schedule.h>

namespace belfry {

// The slots of a job that may run and have not been decided.
struct DueSlots {
  WallTime newest;
  std::int64_t count = 1;
  std::optional<WallTime> next;  // the job's first slot after the newest
  Millis delay{};                // of the newest, by jitter and spread
  WallTime now;

  Millis late() const { return now - (newest + delay); }
};

struct MissedDecision {
  enum class Verdict {
    runs,         // the newest; the older ones as `older` says
    one_by_one,   // each of them that still counts, oldest first
    none_of_them  // all are `missed`
  };
  Verdict verdict = Verdict::runs;
  bool is_catch_up = false;                    // it runs for slots that passed while nobody was there
  SlotOutcome older = SlotOutcome::coalesced;  // or missed
};

MissedDecision decide_missed(const MissedPolicy& policy, const DueSlots& due);

// How late still counts: the policy's limit, or a day, or the distance to the next slot if that is longer. A weekly job
// that was missed thirty hours ago still runs.
Millis lateness_that_counts(const MissedPolicy& policy, const DueSlots& due);

// From this lateness on a run is called a catch-up. It changes what the job is told, and for `skip` it is the limit;
// for all others late is not missed (S17).
inline constexpr Millis catch_up_lateness = std::chrono::minutes{1};

}  // namespace belfry
