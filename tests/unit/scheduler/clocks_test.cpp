#include <doctest/doctest.h>

#include <scheduler/clocks.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

constexpr WallTime noon{std::chrono::sys_days{std::chrono::year{2026} / 1 / 15} + 12h};

Now now(Millis wall, Millis boot, Millis awake) {
  return {.wall = noon + wall, .boot = BootTime{boot}, .awake = AwakeTime{awake}};
}

}  // namespace

TEST_CASE("scheduler/clocks: S16 a step and a sleep are told apart, and slewing is neither") {
  Clocks clocks({}, {"b"});
  CHECK(clocks.look(now(0s, 0s, 0s)).is_first);
  auto seen = clocks.look(now(10s, 10s, 10s));
  CHECK_FALSE(seen.is_first);
  CHECK(seen.step == 0s);
  CHECK(seen.slept == 0s);
  seen = clocks.look(now(3610s, 3610s, 10s));
  CHECK(seen.slept == 1h);
  CHECK(seen.step == 0s);
  seen = clocks.look(now(7210s, 3610s, 10s));
  CHECK(seen.step == 1h);
  seen = clocks.look(now(3610s, 3611s, 11s));
  CHECK(seen.step == -(1h + 1s));
  CHECK(clocks.look(now(3611s + 900ms, 3612s, 12s)).step == 0s);     // less than a second
  CHECK(clocks.look(now(7211s + 2700ms, 7212s, 3612s)).step == 0s);  // 1.8 s in an hour is the most that slewing does
}

TEST_CASE("scheduler/clocks: S8 elapsed time never goes back, and catches up with the wall clock when it can") {
  Clocks clocks({}, {"b"});
  clocks.look(now(0s, 0s, 0s));
  CHECK(clocks.elapsed() == noon);
  CHECK_FALSE(clocks.unsaved());
  clocks.look(now(-1h, 1s, 1s));
  CHECK(clocks.elapsed() == noon + 1s);
  CHECK(clocks.is_ahead());
  CHECK(clocks.when_elapsed(noon + 5s) == BootTime{5s});
  REQUIRE(clocks.unsaved());
  CHECK_FALSE(clocks.unsaved());  // told once
  clocks.look(now(-1h + 1min, 61s, 61s));
  CHECK(clocks.elapsed() == noon + 61s);
  CHECK_FALSE(clocks.unsaved());  // its distance from real time is the same
  clocks.look(now(2h, 62s, 62s));
  CHECK(clocks.elapsed() == noon + 2h);
  CHECK_FALSE(clocks.is_ahead());
}

TEST_CASE("scheduler/clocks: S8 a later daemon goes on with the elapsed time that was saved") {
  const IntervalTime saved{.at = noon, .boot = BootTime{100s}, .boot_id = {"b"}};
  Clocks same(saved, {"b"});
  same.look(now(-1h, 160s, 160s));
  CHECK(same.elapsed() == noon + 1min);
  Clocks rebooted(saved, {"c"});
  rebooted.look(now(-1h, 5s, 5s));
  CHECK(rebooted.elapsed() == noon);  // not earlier than it was
  Clocks later(saved, {"c"});
  later.look(now(1h, 5s, 5s));
  CHECK(later.elapsed() == noon + 1h);
  later.look(now(-30h, 6s, 6s));
  later.begin_again();
  CHECK(later.elapsed() == noon - 30h);
}

TEST_CASE("scheduler/clocks: S8 S16 when a wrong clock was put right the ledger forgets how far it was ahead") {
  Clocks clocks(std::nullopt, {"b"});
  clocks.look(now(30h, 0s, 0s));
  clocks.look(now(10h, 1s, 1s));
  CHECK(clocks.unsaved()->at == noon + 30h + 1s);
  clocks.look(now(5h, 2s, 2s));
  clocks.begin_again();
  const auto told = clocks.unsaved();
  REQUIRE(told);
  CHECK(told->at == noon + 5h);
  CHECK_FALSE(clocks.unsaved());
  Clocks after_a_reboot(told, {"c"});
  after_a_reboot.look(now(6h, 1s, 1s));
  CHECK(after_a_reboot.elapsed() == noon + 6h);
}
