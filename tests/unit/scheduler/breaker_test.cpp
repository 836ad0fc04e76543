#include <doctest/doctest.h>

#include <scheduler/breaker.h>
#include <triggers/interval_trigger.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

Schedule every(Millis period) { return Schedule(std::make_shared<IntervalTrigger>(period)); }

}  // namespace

TEST_CASE("scheduler/breaker: S1 starts that the schedule explains never trip it, however many") {
  Breaker breaker;
  const Schedule schedule = every(100ms);
  WallTime slot{};
  for (int i = 1; i <= 100'000; ++i) {
    slot = *schedule.next_after(slot);
    REQUIRE_FALSE(breaker.trips(schedule, slot, BootTime{i * 100ms}));
  }
}

TEST_CASE("scheduler/breaker: S1 a clock that is set forward again and again explains its starts too") {
  Breaker breaker;
  const Schedule hourly = every(1h);
  for (int i = 1; i <= 1'000; ++i) REQUIRE_FALSE(breaker.trips(hourly, WallTime{i * 1h}, BootTime{i * 10ms}));
}

TEST_CASE("scheduler/breaker: S1 the same slot started over and over trips it within a minute") {
  Breaker breaker;
  const Schedule hourly = every(1h);
  int starts = 1;
  while (!breaker.trips(hourly, WallTime{1h}, BootTime{starts * 1s})) REQUIRE(++starts < 60);
  CHECK(starts == 2 + Breaker::tolerated + 1);
}
