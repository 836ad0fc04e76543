#include <time.h>

#include <daemon/clock.h>
#include <tests/contract/daemon/clock_contract.h>
#include <tests/support/virtual_clock.h>

namespace belfry::tests {

namespace {

class OfTheMachine {
 public:
  Clock& clock() { return clock_; }
  void elapse() {
    const AwakeTime before = clock_.read().awake;
    while (clock_.read().awake == before) continue;
  }

 private:
  SystemClock clock_;
};

// Everything that can happen to a clock has happened to this one.
class OfTheTest {
 public:
  OfTheTest() {
    clock_.pass(Millis{5});
    clock_.step(Millis{-86'400'000});
  }
  Clock& clock() { return clock_; }
  void elapse() {
    clock_.suspend(Millis{7});
    clock_.step(Millis{-3'600'000});
    clock_.pass(Millis{1});
    clock_.set_wall(WallTime{});
  }

 private:
  VirtualClock clock_{WallTime{Millis{1'790'000'000'000}}};
};

using EveryClock = std::tuple<OfTheMachine, OfTheTest>;

Millis raw(clockid_t id) {
  timespec now{};
  REQUIRE(::clock_gettime(id, &now) == 0);
  return std::chrono::floor<Millis>(std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec});
}

}  // namespace

TEST_CASE_TEMPLATE_APPLY(clock_contract_forward, EveryClock);
TEST_CASE_TEMPLATE_APPLY(clock_contract_asleep, EveryClock);
TEST_CASE_TEMPLATE_APPLY(clock_contract_elapse, EveryClock);

TEST_CASE("daemon/clock: S5 each clock is the kernel's, rounded down: what it reads has been reached") {
  SystemClock clock;
  for (int reads = 0; reads < 5000; ++reads) {
    const Millis wall = raw(CLOCK_REALTIME);
    const Millis boot = raw(CLOCK_BOOTTIME);
    const Now now = clock.read();
    REQUIRE(now.wall.time_since_epoch() >= wall);
    REQUIRE(now.wall.time_since_epoch() <= raw(CLOCK_REALTIME));
    REQUIRE(now.boot.time_since_epoch() >= boot);
    REQUIRE(now.boot.time_since_epoch() <= raw(CLOCK_BOOTTIME));
    REQUIRE(now.awake.time_since_epoch() <= raw(CLOCK_MONOTONIC));
  }
}

TEST_CASE("support/virtual_clock: passing, sleeping and setting show on the clocks they show on in a machine") {
  const WallTime start{Millis{1'790'000'000'000}};
  VirtualClock clock(start);
  clock.pass(Millis{10});
  clock.suspend(Millis{100});
  clock.step(Millis{-1000});
  CHECK(clock.read().wall == start - Millis{890});
  CHECK(clock.read().boot == BootTime{Millis{110}});
  CHECK(clock.read().awake == AwakeTime{Millis{10}});
  clock.set_wall(start);
  CHECK(clock.read().wall == start);
  CHECK(clock.read().boot == BootTime{Millis{110}});
}

}  // namespace belfry::tests
