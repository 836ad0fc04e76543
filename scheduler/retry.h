// Whether a failed attempt is followed by another, and when (S24, S3).
#pragma once

#include <optional>

#include <belfry/policies.h>
#include <belfry/run.h>

namespace belfry {

// How an attempt ended without success.
struct FailedAttempt {
  RunOutcome outcome = RunOutcome::failed;  // failed, timed_out, start_failed or lost
  std::optional<ProcessEnd> end;
  RunId run;
  std::uint32_t attempt = 1;    // this one
  std::uint32_t uncounted = 0;  // of the attempts before, those that do not count
  Millis age{};                 // of the run
};

struct NextAttempt {
  Millis delay{};
  bool counts = true;  // against `max`
};

std::optional<NextAttempt> decide_retry(const Policies& policies, const FailedAttempt& failed);

// A run that waits for its next attempt counts as running.
inline bool holds_while_waiting(const Policies& policies) {
  return policies.retry && policies.retry->while_waiting == RetryPolicy::WhileWaiting::hold;
}

// The exit codes that jobs can speak with, where `retry:` is set.
inline constexpr int exit_try_later = 75;
inline constexpr int exit_give_up = 78;

// Attempts that do not count are bounded all the same.
inline constexpr std::uint32_t uncounted_max = 20;

}  // namespace belfry
