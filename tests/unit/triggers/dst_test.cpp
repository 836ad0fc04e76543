#include <tests/unit/triggers/support.h>

using namespace belfry;
using namespace belfry::tests;

namespace {

struct Row {
  std::string_view zone, line;
  DstPolicy dst;
  std::string_view after;
  Texts slots;
};

constexpr SkippedTime run = SkippedTime::run, shift = SkippedTime::shift, skip = SkippedTime::skip;
constexpr RepeatedTime first = RepeatedTime::first, last = RepeatedTime::last, both = RepeatedTime::both;

}  // namespace

TEST_CASE("triggers/fields_trigger: S14 fixed times where the clock is changed") {
  const std::vector<Row> rows{
      {"Europe/Berlin",
       "30 2 * * *",
       {run, first},
       "2026-03-28T12:00:00Z",
       {"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
      {"Europe/Berlin",
       "30 2 * * *",
       {shift, first},
       "2026-03-28T12:00:00Z",
       {"2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"}},
      {"Europe/Berlin",
       "30 2 * * *",
       {skip, first},
       "2026-03-28T12:00:00Z",
       {"2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z"}},
      // 02:00, 02:30 and 03:00 are one instant that day: one slot.
      {"Europe/Berlin",
       "0,30 2,3 * * *",
       {run, first},
       "2026-03-28T12:00:00Z",
       {"2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:00:00Z"}},
      // Shifted, 02:30 falls on 03:30.
      {"Europe/Berlin",
       "30 2,3 * * *",
       {shift, first},
       "2026-03-28T12:00:00Z",
       {"2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"}},
      {"Europe/Berlin",
       "30 2 * * *",
       {run, first},
       "2026-10-24T12:00:00Z",
       {"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
      {"Europe/Berlin",
       "30 2 * * *",
       {run, last},
       "2026-10-24T12:00:00Z",
       {"2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"}},
      {"Europe/Berlin",
       "30 2 * * *",
       {run, both},
       "2026-10-24T12:00:00Z",
       {"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"}},
      // Asked between the two.
      {"Europe/Berlin", "30 2 * * *", {run, first}, "2026-10-25T00:45:00Z", {"2026-10-26T01:30:00Z"}},
      {"Europe/Berlin", "30 2 * * *", {run, last}, "2026-10-25T00:45:00Z", {"2026-10-25T01:30:00Z"}},
      // Half an hour in Lord Howe, two in Troll.
      {"Australia/Lord_Howe",
       "15 2 * * *",
       {run, first},
       "2026-10-03T00:00:00Z",
       {"2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"}},
      {"Australia/Lord_Howe",
       "45 1 * * *",
       {run, last},
       "2026-04-03T20:00:00Z",
       {"2026-04-04T15:15:00Z", "2026-04-05T15:15:00Z"}},
      {"Antarctica/Troll",
       "30 2 * * *",
       {shift, first},
       "2026-03-28T12:00:00Z",
       {"2026-03-29T02:30:00Z", "2026-03-30T00:30:00Z"}},
      // Midnight does not exist in Santiago.
      {"America/Santiago",
       "0 0 * * *",
       {run, first},
       "2026-09-05T12:00:00Z",
       {"2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"}},
      // Daylight saving is "negative" in Dublin; the clocks do the same as in London.
      {"Europe/Dublin",
       "30 1 * * *",
       {run, first},
       "2026-03-28T12:00:00Z",
       {"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
      // Samoa had no 30 December 2011.
      {"Pacific/Apia",
       "0 12 * * *",
       {run, first},
       "2011-12-29T12:00:00Z",
       {"2011-12-29T22:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z"}},
      {"Pacific/Apia",
       "0 12 * * *",
       {skip, first},
       "2011-12-29T12:00:00Z",
       {"2011-12-29T22:00:00Z", "2011-12-30T22:00:00Z"}},
      // The rule at the end of the file goes on: 2060, and after the calendar has come round.
      {"Europe/Berlin",
       "30 2 * * *",
       {run, first},
       "2060-03-27T12:00:00Z",
       {"2060-03-28T01:00:00Z", "2060-03-29T00:30:00Z"}},
      {"Europe/Berlin", "30 12 * 7 *", {run, first}, "2900-07-01T00:00:00Z", {"2900-07-01T10:30:00Z"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.zone);
    CAPTURE(row.line);
    CAPTURE(row.after);
    const Schedule s = schedule(parse_cron(row.line, in(row.zone, row.dst)));
    CHECK(next_utc(s, at(row.after), static_cast<int>(row.slots.size())) == row.slots);
  }
}

TEST_CASE("triggers/fields_trigger: S13 recurring times follow real time") {
  const auto count = [](std::string_view line, std::string_view from, std::string_view until) {
    const auto stretch =
        schedule(parse_cron(line, in("Europe/Berlin"))).slots_in(at(from) - Millis{1}, at(until) - Millis{1});
    return stretch ? stretch->count : 0;
  };
  CHECK(count("0 * * * *", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z") == 23);
  CHECK(count("0 * * * *", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z") == 25);
  CHECK(count("*/5 * * * *", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z") == 300);
  CHECK(count("*/30 2 * * *", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z") == 0);
  CHECK(count("*/30 2 * * *", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z") == 4);
  CHECK(count("0,30 2 * * *", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z") == 2);  // fixed: once each
}

TEST_CASE("triggers/fields_trigger: S14 a slot keeps the names of the times that fell on it") {
  const Schedule s = schedule(parse_cron("0,30 2,3 * * *", in("Europe/Berlin")));
  Texts readings;
  for (const LocalTime reading : s.readings(at("2026-03-29T01:00:00Z"))) readings.push_back(reading_text(reading));
  CHECK(readings == Texts{"2026-03-29 02:00", "2026-03-29 02:30", "2026-03-29 03:00"});
  CHECK(s.readings(at("2026-03-30T00:30:00Z")).size() == 1);
}

TEST_CASE("triggers/fields_notes: S14 what explain says about a slot") {
  const auto notes = [](std::string_view line, DstPolicy dst, std::string_view after) {
    const Schedule s = schedule(parse_cron(line, in("Europe/Berlin", dst)));
    const auto next = s.next_after(at(after));
    REQUIRE(next.has_value());
    return s.notes(at(after), *next);
  };
  CHECK(notes("30 2 * * *", {}, "2026-03-28T12:00:00Z") ==
        Texts{"02:30 does not exist that day: runs right after the change"});
  CHECK(notes("30 2 * * *", {shift, first}, "2026-03-28T12:00:00Z") ==
        Texts{"02:30 does not exist that day: runs 1 hour later"});
  CHECK(notes("30 2 * * *", {skip, first}, "2026-03-28T12:00:00Z") ==
        Texts{"02:30 on 2026-03-29 does not exist: left out"});
  CHECK(notes("*/30 2 * * *", {}, "2026-03-28T12:00:00Z") ==
        Texts{"02:00 and 02:30 on 2026-03-29 do not exist: left out"});
  CHECK(notes("*/5 * * * *", {}, "2026-03-29T00:55:00Z").empty());
  CHECK(notes("30 2 * * *", {}, "2026-10-24T12:00:00Z") ==
        Texts{"02:30 comes twice that day: runs the first time only"});
  CHECK(notes("30 2 * * *", {run, last}, "2026-10-24T12:00:00Z") ==
        Texts{"02:30 comes twice that day: runs the second time only"});
  CHECK(notes("0 * * * *", {}, "2026-10-25T00:00:00Z") == Texts{"02:00 comes twice that day: this is the second time"});
  CHECK(notes("0-59 2 * * *", {}, "2026-03-28T12:00:00Z") ==
        Texts{"02:00 to 02:59 (60 times) do not exist that day: runs right after the change"});
  CHECK(notes("0 0 31 * *", {}, "2026-01-31T00:00:00Z") == Texts{"February 2026 has no 31st"});
  CHECK(notes("30 2 * * *", {}, "2026-05-28T12:00:00Z").empty());
}

TEST_CASE("triggers/fields_trigger: S4 slots_in counts decades without walking them") {
  const Schedule s = schedule(parse_cron("* * * * * *", in("Europe/Berlin")));
  const auto stretch = s.slots_in(at("2000-01-01T00:00:00Z"), at("2100-01-01T00:00:00Z"));
  REQUIRE(stretch.has_value());
  CHECK(stretch->count == 36525LL * 86400);
  CHECK(stretch->first == at("2000-01-01T00:00:01Z"));
  CHECK(stretch->last == at("2100-01-01T00:00:00Z"));
}
