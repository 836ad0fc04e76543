#include <doctest/doctest.h>

#include <scheduler/missed.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

constexpr WallTime noon{std::chrono::sys_days{std::chrono::year{2026} / 1 / 15} + 12h};

MissedDecision decide(Millis late, std::int64_t count, std::optional<Millis> to_next) {
  DueSlots due{.newest = noon, .count = count, .now = noon + late};
  if (to_next) due.next = noon + *to_next;
  return decide_missed(due);
}

}  // namespace

TEST_CASE("scheduler/missed: S17 a slot that is late runs, however late within its limit") {
  CHECK(decide(0ms, 1, 1min).runs);
  CHECK(decide(1s, 1, 1min).runs);
  CHECK(decide(23h, 1, 1min).runs);
  CHECK_FALSE(decide(0ms, 1, 1min).is_catch_up);
  CHECK_FALSE(decide(59s, 1, 1min).is_catch_up);
  CHECK(decide(60s, 1, 1min).is_catch_up);
}

TEST_CASE("scheduler/missed: S18 the newest slot counts for the longer of a day and the distance to the next slot") {
  struct Row {
    Millis late;
    std::optional<Millis> to_next;
    bool runs;
  };
  for (const Row& row : {
           Row{24h, 1min, true},
           Row{24h + 1ms, 1min, false},
           Row{30h, 168h, true},  // a weekly job, missed thirty hours ago
           Row{168h, 168h, true},
           Row{168h + 1ms, 168h, false},
           Row{24h, std::nullopt, true},  // the last slot there is
           Row{25h, std::nullopt, false},
       }) {
    CAPTURE(row.late.count());
    CHECK(decide(row.late, 1, row.to_next).runs == row.runs);
  }
}

TEST_CASE("scheduler/missed: S11 lateness counts from when the slot was due, its delay included") {
  DueSlots due{.newest = noon, .delay = 10min, .now = noon + 10min};
  CHECK_FALSE(decide_missed(due).is_catch_up);
  due.now += 24h;
  CHECK(decide_missed(due).runs);
  due.now += 1ms;
  CHECK_FALSE(decide_missed(due).runs);
}

TEST_CASE("scheduler/missed: S18 one run speaks for all slots that passed, and is a catch-up") {
  const MissedDecision decision = decide(0ms, 1'000'000, 1s);
  CHECK(decision.runs);
  CHECK(decision.is_catch_up);
}
