#include <doctest/doctest.h>

#include <daemon/alarm.h>
#include <daemon/clock.h>
#include <daemon/loop.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

// Waits for either half: as long as a busy machine may need.
struct Rung {
  bool wall = false;
  bool boot = false;
};

Rung ring(const Wakeup& wakeup) {
  auto alarm = Alarm::open().value();
  auto loop = Loop::open().value();
  Rung rung;
  REQUIRE(loop.add(alarm.wall_fd(), [&] { rung.wall = true; }).has_value());
  REQUIRE(loop.add(alarm.boot_fd(), [&] { rung.boot = true; }).has_value());
  REQUIRE(alarm.arm(wakeup).has_value());
  REQUIRE(loop.wait(60s).has_value());
  return rung;
}

}  // namespace

TEST_CASE("daemon/alarm: S5 it rings at the instant asked for, never before, on the clock asked for") {
  SystemClock clock;
  const Now before = clock.read();
  const WallTime due = before.wall + 30ms;
  const Rung by_wall = ring({.wall = due});
  CHECK(by_wall.wall);
  CHECK_FALSE(by_wall.boot);
  CHECK(clock.read().wall >= due);

  const BootTime boot_due = clock.read().boot + 30ms;
  const Rung by_boot = ring({.boot = boot_due});
  CHECK(by_boot.boot);
  CHECK_FALSE(by_boot.wall);
  CHECK(clock.read().boot >= boot_due);
}

TEST_CASE("daemon/alarm: an instant in the past rings at once") {
  SystemClock clock;
  CHECK(ring({.wall = clock.read().wall - 1h}).wall);
  CHECK(ring({.wall = WallTime{}}).wall);
  CHECK(ring({.boot = BootTime{}}).boot);
}

TEST_CASE("daemon/alarm: acknowledged or armed for later, it is quiet") {
  SystemClock clock;
  auto alarm = Alarm::open().value();
  auto loop = Loop::open().value();
  int rings = 0;
  REQUIRE(loop.add(alarm.wall_fd(), [&] { ++rings; }).has_value());
  REQUIRE(alarm.arm({.wall = clock.read().wall}).has_value());
  REQUIRE(loop.wait(60s).has_value());
  CHECK(rings == 1);
  CHECK_FALSE(alarm.acknowledge());  // the clock was not set
  REQUIRE(loop.wait(0ms).has_value());
  CHECK(rings == 1);
  REQUIRE(alarm.arm({}).has_value());
  REQUIRE(loop.wait(20ms).has_value());
  CHECK(rings == 1);
}
