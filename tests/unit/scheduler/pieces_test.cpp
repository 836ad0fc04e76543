#include <doctest/doctest.h>

#include <scheduler/pieces.h>
#include <scheduler/segments.h>
#include <triggers/interval_trigger.h>
#include <triggers/parse.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

Schedule hourly() { return Schedule(std::make_shared<IntervalTrigger>(1h)); }

WallTime hour(int n) { return WallTime{n * 1h}; }

Stretch hours(int first, int last) { return {.first = hour(first), .last = hour(last), .count = last - first + 1}; }

std::string told(const Pieces& pieces) {
  std::string line;
  for (const Piece& piece : pieces.list()) {
    line += std::to_string(piece.slots.first.time_since_epoch() / 1h) + "-" +
            std::to_string(piece.slots.last.time_since_epoch() / 1h) + "x" + std::to_string(piece.slots.count) + ":" +
            (piece.fate ? std::string(text(piece.fate->reason)) : "?") + " ";
  }
  return line;
}

}  // namespace

TEST_CASE("scheduler/pieces: S1 slots are divided by their fate, and none is lost or doubled") {
  const Schedule schedule = hourly();
  Pieces pieces(schedule, hours(1, 20));
  CHECK(pieces.undecided() == 20);
  pieces.decide_oldest(3, {.reason = Reason::on_request});
  CHECK(told(pieces) == "1-3x3:on request 4-20x17:? ");
  pieces.decide_upto(hour(6) + 30min, {.reason = Reason::late_limit});
  CHECK(told(pieces) == "1-3x3:on request 4-6x3:late limit 7-20x14:? ");
  pieces.decide_oldest(0, {.reason = Reason::cap});
  CHECK(pieces.oldest_undecided() == hour(7));
  CHECK(pieces.newest_undecided() == hour(20));
  pieces.keep_from(hour(7));
  CHECK(told(pieces) == "1-3x3:on request 4-6x3:late limit ");
  CHECK(pieces.undecided() == 0);
}

TEST_CASE("scheduler/pieces: S1 what is decided stays so") {
  const Schedule schedule = hourly();
  Pieces pieces(schedule, hours(1, 2));
  pieces.decide_oldest(1, {.reason = Reason::cap});
  pieces.decide_all({.reason = Reason::paused});
  CHECK(told(pieces) == "1-1x1:cap 2-2x1:paused ");
}

TEST_CASE("scheduler/segments: S18 a stretch is cut after any number of slots, however long it is") {
  const Schedule seconds(std::make_shared<IntervalTrigger>(1s));
  const Stretch year{.first = WallTime{1s}, .last = WallTime{31'536'000s}, .count = 31'536'000};
  for (const std::int64_t count : {1L, 7L, 9L, 100L, 31'535'900L, 31'535'999L}) {
    CAPTURE(count);
    const Cut halves = cut(seconds, year, count);
    CHECK(halves.older.count == count);
    CHECK(halves.older.last == WallTime{count * 1s});
    REQUIRE(halves.rest);
    CHECK(halves.rest->first == WallTime{(count + 1) * 1s});
    CHECK(halves.rest->count == year.count - count);
  }
  CHECK_FALSE(cut(seconds, year, year.count).rest);

  const Schedule workdays = parse_schedule("0 9 * * MON-FRI", {.job = "a"}).value();
  const Stretch stretch = workdays.slots_in(WallTime{}, WallTime{std::chrono::days{365}}).value();
  for (std::int64_t count = 1; count < stretch.count; ++count) {
    const Cut halves = cut(workdays, stretch, count);
    const auto older = workdays.slots_in(WallTime{}, halves.older.last);
    REQUIRE(older->count == count);
    REQUIRE(halves.rest->first == workdays.next_after(halves.older.last));
  }
}
