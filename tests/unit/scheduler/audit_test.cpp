#include <doctest/doctest.h>

#include <base/text.h>
#include <scheduler/audit.h>
#include <triggers/parse.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

WallTime at(int minute) { return parse_rfc3339("2026-01-01T00:00:00Z").value() + std::chrono::minutes{minute}; }

const Schedule& every_minute() {
  static const Schedule schedule = parse_schedule("every 1m", {}).value();
  return schedule;
}

SlotsDecided decided(int first, int last) {
  return {.job = *JobName::parse("a"),
          .slots = {.first = at(first), .last = at(last), .count = last - first + 1},
          .outcome = SlotOutcome::skipped};
}

// A clean account: first seen at 0, minutes 1 and 5 ran, 2 to 4 were decided.
JobAccount clean() {
  return {.seen = {.job = *JobName::parse("a"), .first_seen = at(0), .counts_from = at(0)},
          .mark = Slot{.at = at(5)},
          .run_slots = {Slot{.at = at(5)}, Slot{.at = at(1)}},
          .decided = {decided(2, 4)}};
}

}  // namespace

TEST_CASE("scheduler/audit: S1 a clean account adds up, and what is not decided yet is open") {
  const AuditReport report = audit(every_minute(), clean(), at(7));
  CHECK(report.problems.empty());
  CHECK(report.slots == 5);
  CHECK(report.ran == 2);
  CHECK(report.decided == 3);
  CHECK(report.open == 2);
}

TEST_CASE("scheduler/audit: S1 every way to lose, double or invent a slot is found") {
  JobAccount account = clean();
  SUBCASE("a run is missing") { account.run_slots.pop_back(); }
  SUBCASE("a stretch is missing") { account.decided.clear(); }
  SUBCASE("the mark is ahead of the outcomes") { account.mark->at = at(6); }
  SUBCASE("a slot has a run and a decision") { account.run_slots.push_back(Slot{.at = at(3)}); }
  SUBCASE("a slot ran twice") { account.run_slots.push_back(Slot{.at = at(1)}); }
  SUBCASE("two stretches overlap") { account.decided.push_back(decided(4, 4)); }
  SUBCASE("the count of a stretch is wrong") { account.decided[0].slots.count = 2; }
  SUBCASE("an outcome for an instant that is no slot") { account.run_slots[1].at += 1s; }
  CHECK_FALSE(audit(every_minute(), account, at(7)).problems.empty());
}

TEST_CASE("scheduler/audit: S19 rows from before the present definition, and of another era, are not its business") {
  JobAccount account = clean();
  account.seen.counts_from = at(4);
  CHECK(audit(every_minute(), account, at(7)).problems.empty());
  CHECK(audit(every_minute(), account, at(7)).slots == 1);
  account.seen.era = Era{1};
  CHECK(audit(every_minute(), account, at(7)).slots == 0);
  CHECK(audit(every_minute(), account, at(7)).open == 3);
}
