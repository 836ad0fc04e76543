// The contract of Clock (include/belfry/clock.h). A Subject has a clock(), and elapse(): time goes by, in whatever way
// that clock knows, until it reads more. TEST_CASE_TEMPLATE_APPLY(clock_contract_..., std::tuple<...>) runs it against
// implementations.
#pragma once

#include <doctest/doctest.h>

#include <belfry/clock.h>

namespace belfry::tests {

inline Millis asleep(const Now& now) { return now.boot.time_since_epoch() - now.awake.time_since_epoch(); }

TEST_CASE_TEMPLATE_DEFINE("clock/contract: real time and waking time never go back", Subject, clock_contract_forward) {
  Subject subject;
  Now before = subject.clock().read();
  for (int reads = 0; reads < 50'000; ++reads) {
    const Now now = subject.clock().read();
    REQUIRE(now.boot >= before.boot);
    REQUIRE(now.awake >= before.awake);
    before = now;
  }
}

TEST_CASE_TEMPLATE_DEFINE("clock/contract: what the machine slept never becomes less, and is not negative", Subject,
                          clock_contract_asleep) {
  Subject subject;
  Now before = subject.clock().read();
  CHECK(asleep(before) >= Millis{0});
  // Millions of readings, back to back: a clock that reads its times one by one wavers only where a millisecond begins
  // between two of them.
  bool wavered = false;
  for (int rounds = 0; rounds < 20; ++rounds) {
    for (int reads = 0; reads < 100'000; ++reads) {
      const Now now = subject.clock().read();
      wavered = wavered || asleep(now) < asleep(before);
      before = now;
    }
    subject.elapse();
  }
  CHECK_FALSE(wavered);
}

TEST_CASE_TEMPLATE_DEFINE("clock/contract: time goes by, on all clocks that are not set meanwhile", Subject,
                          clock_contract_elapse) {
  Subject subject;
  const Now before = subject.clock().read();
  subject.elapse();
  const Now after = subject.clock().read();
  CHECK(after.boot > before.boot);
  CHECK(after.awake > before.awake);
}

}  // namespace belfry::tests
