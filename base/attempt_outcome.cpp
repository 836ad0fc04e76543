#include <algorithm>

#include <base/attempt_outcome.h>

namespace belfry {

namespace {

bool is_success(const ProcessEnd& end, const Policies& policies) {
  if (end.how != ProcessEnd::How::exited) return false;
  return end.code == 0 || holds(policies.success_exit_codes, end.code);
}

}  // namespace

bool holds(const std::vector<CodeRange>& ranges, int exit_code) {
  return std::ranges::any_of(
      ranges, [exit_code](const CodeRange& range) { return range.first <= exit_code && exit_code <= range.last; });
}

RunOutcome outcome_of(const AttemptEnded& ended, const Policies& policies) {
  switch (ended.reason) {
    case Reason::timeout:
    case Reason::deadline:
      return RunOutcome::timed_out;
    case Reason::condition:
      return RunOutcome::skipped;
    case Reason::by_request:
    case Reason::superseded:
    case Reason::shutdown:
      return RunOutcome::cancelled;
    default:
      return is_success(ended.end, policies) ? RunOutcome::succeeded : RunOutcome::failed;
  }
}

}  // namespace belfry
