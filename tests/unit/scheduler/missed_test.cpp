#include <doctest/doctest.h>

#include <scheduler/missed.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

constexpr WallTime noon{std::chrono::sys_days{std::chrono::year{2026} / 1 / 15} + 12h};

using Action = MissedPolicy::Action;
using Verdict = MissedDecision::Verdict;

MissedDecision decide(Millis late, std::int64_t count, std::optional<Millis> to_next, const MissedPolicy& policy = {}) {
  DueSlots due{.newest = noon, .count = count, .now = noon + late};
  if (to_next) due.next = noon + *to_next;
  return decide_missed(policy, due);
}

bool runs(const MissedDecision& decision) { return decision.verdict == Verdict::runs; }

}  // namespace

TEST_CASE("scheduler/missed: S17 a slot that is late runs, however late within its limit") {
  CHECK(runs(decide(0ms, 1, 1min)));
  CHECK(runs(decide(1s, 1, 1min)));
  CHECK(runs(decide(23h, 1, 1min)));
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
    CHECK(runs(decide(row.late, 1, row.to_next)) == row.runs);
  }
}

TEST_CASE("scheduler/missed: S18 a limit of its own comes before the longer of the two") {
  CHECK(runs(decide(20min, 1, 168h, {.within = 20min})));
  CHECK(decide(20min + 1ms, 1, 168h, {.within = 20min}).verdict == Verdict::none_of_them);
}

TEST_CASE("scheduler/missed: S18 each policy, for one slot on time, one that is late, and several") {
  struct Row {
    Action action;
    Millis late;
    std::int64_t count;
    Verdict verdict;
    SlotOutcome older = SlotOutcome::coalesced;
  };
  for (const Row& row : {
           Row{Action::latest, 0s, 1, Verdict::runs},
           Row{Action::latest, 2h, 5, Verdict::runs},
           Row{Action::skip, 0s, 1, Verdict::runs, SlotOutcome::missed},
           Row{Action::skip, 59s, 5, Verdict::runs, SlotOutcome::missed},  // late is not missed (S17)
           Row{Action::skip, 60s, 1, Verdict::none_of_them},
           Row{Action::all, 0s, 1, Verdict::runs},
           Row{Action::all, 60s, 1, Verdict::one_by_one},
           Row{Action::all, 0s, 2, Verdict::one_by_one},
       }) {
    CAPTURE(static_cast<int>(row.action));
    CAPTURE(row.late.count());
    const MissedDecision decision = decide(row.late, row.count, 1min, {.action = row.action});
    CHECK(decision.verdict == row.verdict);
    if (decision.verdict == Verdict::runs) CHECK(decision.older == row.older);
  }
}

TEST_CASE("scheduler/missed: S11 lateness counts from when the slot was due, its delay included") {
  DueSlots due{.newest = noon, .delay = 10min, .now = noon + 10min};
  CHECK_FALSE(decide_missed({}, due).is_catch_up);
  due.now += 24h;
  CHECK(runs(decide_missed({}, due)));
  due.now += 1ms;
  CHECK_FALSE(runs(decide_missed({}, due)));
}

TEST_CASE("scheduler/missed: S18 one run speaks for all slots that passed, and is a catch-up") {
  const MissedDecision decision = decide(0ms, 1'000'000, 1s);
  CHECK(runs(decision));
  CHECK(decision.is_catch_up);
}
