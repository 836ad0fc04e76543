// The missed policy: what becomes of the slots that have come due since the last look (S16-S18).
//
// It makes no difference why nobody looked: a busy machine, a suspend, a clock set forward and a daemon that was down
// are the same thing. Mostly there is one slot, and it is due this instant.
#pragma once

#include <optional>

#include <belfry/schedule.h>

namespace belfry {

struct DueSlots {
  WallTime newest;               // of the undecided slots that may run
  std::int64_t count = 1;        // of them
  std::optional<WallTime> next;  // the job's first slot after it
  Millis delay{};                // of the newest, by jitter and spread
  WallTime now;
};

struct MissedDecision {
  bool runs = false;         // the newest slot still counts
  bool is_catch_up = false;  // it runs for slots that passed while nobody was there
};

// The default policy, `latest`: one run for the newest slot, which speaks for all older ones, as long as it is no older
// than the longer of a day and the distance to the next slot. A weekly job that was missed thirty hours ago still runs.
MissedDecision decide_missed(const DueSlots& due);

// From this lateness on a run is called a catch-up. It changes what the job is told, never whether it runs: late is not
// missed (S17).
inline constexpr Millis catch_up_lateness = std::chrono::minutes{1};

}  // namespace belfry
