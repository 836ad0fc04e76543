// How the account of a job's slots is put together from what a ledger holds, the same for every implementation.
#pragma once

#include <belfry/store.h>

namespace belfry {

// What was found for a range: of the job's present era, in any order, possibly more than belongs into the account.
struct SlotFindings {
  JobSeen seen;
  std::optional<Slot> mark;
  std::optional<Slot> pruned_upto;
  std::vector<Slot> run_slots;
  std::vector<SlotsDecided> decided;
};

Error never_saw(const JobName& job);

SlotAccount make_account(SlotFindings found, const SlotRange& range);

}  // namespace belfry
