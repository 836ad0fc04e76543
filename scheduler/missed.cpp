#include <algorithm>

#include <scheduler/missed.h>

namespace belfry {

Millis lateness_that_counts(const MissedPolicy& policy, const DueSlots& due) {
  if (policy.within) return *policy.within;
  if (policy.action == MissedPolicy::Action::skip) return catch_up_lateness - Millis{1};
  const Millis day = std::chrono::days{1};
  return due.next ? std::max(day, *due.next - due.newest) : day;
}

MissedDecision decide_missed(const MissedPolicy& policy, const DueSlots& due) {
  using Action = MissedPolicy::Action;
  using Verdict = MissedDecision::Verdict;
  const bool is_catch_up = due.count > 1 || due.late() >= catch_up_lateness;
  const SlotOutcome older = policy.action == Action::skip ? SlotOutcome::missed : SlotOutcome::coalesced;
  if (due.late() > lateness_that_counts(policy, due)) return {.verdict = Verdict::none_of_them};
  if (policy.action == Action::all && is_catch_up) return {.verdict = Verdict::one_by_one, .is_catch_up = true};
  return {.verdict = Verdict::runs, .is_catch_up = is_catch_up, .older = older};
}

}  // namespace belfry
