// The conservation law of the ledger: from the instant a job's present definition counts from up to its mark, every
// slot has exactly one outcome (S1). The audit recomputes the schedule and holds it against what the ledger says; it
// shares nothing with the code that made the decisions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <belfry/record.h>
#include <belfry/schedule.h>

namespace belfry {

// What the ledger says of one job. Rows from before `seen.counts_from`, or of another era, belong to an earlier
// definition and are passed over.
struct JobAccount {
  JobSeen seen;
  std::optional<Slot> mark;
  std::vector<Slot> run_slots;        // the slots that have a run, in any order
  std::vector<SlotsDecided> decided;  // the slots that have none, in any order
};

struct AuditReport {
  std::int64_t slots = 0;  // of the schedule, from counts_from to the mark
  std::int64_t ran = 0;
  std::int64_t decided = 0;           // skipped, coalesced or missed
  std::int64_t open = 0;              // after the mark, up to the instant of the audit: still owed
  std::vector<std::string> problems;  // empty: slots == ran + decided, each slot once
};

// Work grows with the rows of the account, not with the slots they stand for.
AuditReport audit(const Schedule& schedule, const JobAccount& account, WallTime now);

}  // namespace belfry
