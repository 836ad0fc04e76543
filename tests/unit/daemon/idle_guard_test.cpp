#include <doctest/doctest.h>

#include <daemon/idle_guard.h>

using namespace belfry;
using namespace std::chrono_literals;

TEST_CASE("daemon/idle_guard: S16 F33 a timer that comes too early a million times costs a second, not a processor") {
  IdleGuard guard;
  BootTime now{Millis{1'000}};
  int alarms = 0;
  while (now < BootTime{Millis{1'000}} + 1s && alarms < 1'000'000) {
    ++alarms;
    if (guard.needs_rest(now, false)) now += 1ms;
  }
  CHECK(now == BootTime{Millis{1'000}} + 1s);
  CHECK(alarms <= 1'001);
}

TEST_CASE("daemon/idle_guard: F33 alarms that bring work, or come now and then, never make the loop rest") {
  IdleGuard guard;
  const BootTime now{Millis{1'000}};
  for (int i = 0; i < 100; ++i) CHECK_FALSE(guard.needs_rest(now, true));
  for (int i = 0; i < 100; ++i) CHECK_FALSE(guard.needs_rest(now + i * 2ms, false));
  CHECK_FALSE(guard.needs_rest(now + 500ms, false));
  CHECK_FALSE(guard.needs_rest(now + 500ms, true));
  CHECK_FALSE(guard.needs_rest(now + 500ms, false));  // the work in between was what it was for
}
