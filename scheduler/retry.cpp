#include <algorithm>
#include <cmath>

#include <base/attempt_outcome.h>
#include <base/hash.h>
#include <scheduler/retry.h>

namespace belfry {

namespace {

bool exited_with(const FailedAttempt& failed, int code) {
  return failed.end == ProcessEnd{.how = ProcessEnd::How::exited, .code = code};
}

bool is_worth_it(const RetryPolicy& policy, const FailedAttempt& failed) {
  switch (failed.outcome) {
    case RunOutcome::timed_out:
      return policy.on.timeout;
    case RunOutcome::start_failed:
      return policy.on.start;
    case RunOutcome::lost:
      return policy.on.lost;
    default:
      break;
  }
  if (!failed.end || failed.end->how == ProcessEnd::How::signalled) return policy.on.signal;
  const int code = failed.end->code;
  if (code == exit_give_up || holds(policy.not_exit_codes, code)) return false;
  return policy.on.exit && (policy.exit_codes.empty() || holds(policy.exit_codes, code));
}

// From 0.1 to 1, the same for the same attempt.
double draw(const FailedAttempt& failed) {
  const std::uint64_t bits = mix(failed.run.low ^ mix(failed.run.high ^ failed.attempt));
  constexpr double range = 9'007'199'254'740'992.0;  // 2^53
  return 0.1 + 0.9 * (static_cast<double>(bits >> 11U) / range);
}

Millis delay_before(const RetryPolicy& policy, const FailedAttempt& failed, std::uint32_t nth) {
  if (!policy.delays.empty()) return policy.delays[std::min<std::size_t>(nth, policy.delays.size()) - 1];
  const double grown = static_cast<double>(policy.delay.count()) * std::pow(policy.backoff, nth - 1);
  double delay = std::min(grown, static_cast<double>(policy.max_delay.count()));
  if (policy.jitter == RetryPolicy::Jitter::full) delay *= draw(failed);
  return Millis{std::llround(delay)};
}

std::optional<NextAttempt> by_policy(const RetryPolicy& policy, const FailedAttempt& failed) {
  const std::uint32_t retries = failed.attempt - failed.uncounted - 1;  // that were counted
  const bool later = exited_with(failed, exit_try_later) && failed.uncounted < uncounted_max;
  if (!later && (retries >= policy.max || !is_worth_it(policy, failed))) return std::nullopt;
  const NextAttempt next{.delay = delay_before(policy, failed, later ? failed.uncounted + 1 : retries + 1),
                         .counts = !later};
  if (policy.within && failed.age + next.delay > *policy.within) return std::nullopt;
  return next;
}

}  // namespace

std::optional<NextAttempt> decide_retry(const Policies& policies, const FailedAttempt& failed) {
  if (policies.retry) {
    if (const auto next = by_policy(*policies.retry, failed)) return next;
  }
  const bool reruns = failed.outcome == RunOutcome::lost && policies.on_lost == OnLost::rerun;
  if (reruns && failed.uncounted < uncounted_max) return NextAttempt{.counts = false};
  return std::nullopt;
}

}  // namespace belfry
