#include <doctest/doctest.h>

#include <scheduler/retry.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

Policies with(RetryPolicy retry) {
  retry.jitter = RetryPolicy::Jitter::none;
  return {.retry = std::move(retry)};
}

FailedAttempt exited(int code, std::uint32_t attempt = 1, std::uint32_t uncounted = 0) {
  return {.outcome = RunOutcome::failed,
          .end = ProcessEnd{.code = code},
          .run = {.high = 1, .low = 2},
          .attempt = attempt,
          .uncounted = uncounted};
}

std::optional<Millis> delay(const Policies& policies, const FailedAttempt& failed) {
  const auto next = decide_retry(policies, failed);
  return next ? std::optional(next->delay) : std::nullopt;
}

}  // namespace

TEST_CASE("scheduler/retry: S24 max counts the starts after the first") {
  CHECK_FALSE(decide_retry({}, exited(1)));
  CHECK_FALSE(decide_retry(with({.max = 0}), exited(1)));
  const Policies twice = with({.max = 2});
  CHECK(decide_retry(twice, exited(1, 1)));
  CHECK(decide_retry(twice, exited(1, 2)));
  CHECK_FALSE(decide_retry(twice, exited(1, 3)));
  CHECK(decide_retry(twice, exited(1, 3, 1)));  // one of the three did not count
}

TEST_CASE("scheduler/retry: S24 the delay grows by the factor up to the bound, or comes from the list") {
  const Policies grows = with({.max = 9, .delay = 1min, .backoff = 3, .max_delay = 10min});
  CHECK(delay(grows, exited(1, 1)) == 1min);
  CHECK(delay(grows, exited(1, 2)) == 3min);
  CHECK(delay(grows, exited(1, 3)) == 9min);
  CHECK(delay(grows, exited(1, 4)) == 10min);
  CHECK(delay(grows, exited(1, 9)) == 10min);
  const Policies listed = with({.max = 9, .delays = {5s, 1min, 1h}});
  CHECK(delay(listed, exited(1, 1)) == 5s);
  CHECK(delay(listed, exited(1, 3)) == 1h);
  CHECK(delay(listed, exited(1, 7)) == 1h);  // the last one stays
  const Policies endless = with({.max = 4'000'000'000, .delay = 1h, .backoff = 1e9, .max_delay = 2h});
  CHECK(delay(endless, exited(1, 1'000'000)) == 2h);
}

TEST_CASE(
    "scheduler/retry: S24 full jitter takes a part of the delay, at least a tenth, the same for the same attempt") {
  const Policies policies{.retry = RetryPolicy{.max = 1, .delay = 100s}};
  Millis least = 200s, most = 0s;
  for (std::uint64_t run = 0; run < 2'000; ++run) {
    FailedAttempt failed = exited(1);
    failed.run.low = run;
    const Millis wait = delay(policies, failed).value();
    CHECK(wait == delay(policies, failed));
    least = std::min(least, wait);
    most = std::max(most, wait);
  }
  CHECK(least >= 10s);
  CHECK(least < 11s);
  CHECK(most <= 100s);
  CHECK(most > 99s);
}

TEST_CASE("scheduler/retry: S24 which failures are worth it") {
  struct Row {
    RetryPolicy policy;
    FailedAttempt failed;
    bool retried;
  };
  const auto other = [](RunOutcome outcome) { return FailedAttempt{.outcome = outcome}; };
  const FailedAttempt signalled{.end = ProcessEnd{.how = ProcessEnd::How::signalled, .code = 9}};
  for (const Row& row : {
           Row{{.exit_codes = {{100, 110}}}, exited(99), false},
           Row{{.exit_codes = {{100, 110}}}, exited(100), true},
           Row{{.exit_codes = {{100, 110}}}, exited(110), true},
           Row{{.exit_codes = {{100, 110}}}, exited(111), false},
           Row{{.not_exit_codes = {{2, 3}}}, exited(2), false},
           Row{{.not_exit_codes = {{2, 3}}}, exited(4), true},
           Row{{}, exited(78), false},
           Row{{.exit_codes = {{78, 78}}}, exited(78), false},
           Row{{.on = {.exit = false}}, exited(1), false},
           Row{{}, signalled, true},
           Row{{.on = {.signal = false}}, signalled, false},
           Row{{}, other(RunOutcome::timed_out), true},
           Row{{.on = {.timeout = false}}, other(RunOutcome::timed_out), false},
           Row{{}, other(RunOutcome::start_failed), true},
           Row{{.on = {.start = false}}, other(RunOutcome::start_failed), false},
           Row{{}, other(RunOutcome::lost), true},
           Row{{.on = {.lost = false}}, other(RunOutcome::lost), false},
       }) {
    RetryPolicy policy = row.policy;
    policy.max = 1;
    CAPTURE(static_cast<int>(row.failed.outcome));
    CAPTURE(row.failed.end.value_or(ProcessEnd{}).code);
    CHECK(decide_retry(with(policy), row.failed).has_value() == row.retried);
  }
}

TEST_CASE("scheduler/retry: S24 exit 75 asks for later, uncounted and bounded, and only where `retry` is set") {
  const auto next = decide_retry(with({.max = 0}), exited(75));
  REQUIRE(next);
  CHECK_FALSE(next->counts);
  CHECK(decide_retry(with({.max = 0}), exited(75, 20, 19)));
  CHECK_FALSE(decide_retry(with({.max = 0}), exited(75, 21, 20)));
  CHECK_FALSE(decide_retry({}, exited(75)));
}

TEST_CASE("scheduler/retry: S24 no attempt begins later than `within` after the run was opened") {
  const Policies policies = with({.max = 9, .delay = 1min, .within = 10min});
  FailedAttempt failed = exited(1);
  failed.age = 9min;
  CHECK(decide_retry(policies, failed));
  failed.age = 9min + 1ms;
  CHECK_FALSE(decide_retry(policies, failed));
}

TEST_CASE("scheduler/retry: S3 a lost run is tried again only where that was asked for, and not for ever") {
  const FailedAttempt lost{.outcome = RunOutcome::lost};
  CHECK_FALSE(decide_retry({}, lost));
  const auto next = decide_retry({.on_lost = OnLost::rerun}, lost);
  REQUIRE(next);
  CHECK(next->delay == 0ms);
  CHECK_FALSE(next->counts);
  CHECK_FALSE(decide_retry({.on_lost = OnLost::rerun}, exited(1)));
  CHECK_FALSE(decide_retry({.on_lost = OnLost::rerun}, {.outcome = RunOutcome::lost, .attempt = 21, .uncounted = 20}));
}
