#include <doctest/doctest.h>

#include <base/text.h>
#include <base/zones.h>
#include <cli/typed_time.h>

using namespace belfry;
using namespace belfry::cli;

TEST_CASE("cli/typed_time: a time is read in the zone in which times are shown, unless it has an offset") {
  ZoneCache zones;
  const auto berlin = zones.find("Europe/Berlin").value();
  const WallTime now = parse_rfc3339("2026-11-20T22:30:00Z").value();  // 23:30 in Berlin
  struct Row {
    const char* typed;
    const char* utc;
  };
  for (const Row& row : {
           Row{"2026-12-01T22:00:00+01:00", "2026-12-01T21:00:00Z"},
           Row{"2026-12-01T22:00:00Z", "2026-12-01T22:00:00Z"},
           Row{"2026-12-01 22:00", "2026-12-01T21:00:00Z"},
           Row{"2026-07-01", "2026-06-30T22:00:00Z"},
           Row{"23:45", "2026-11-20T22:45:00Z"},  // today, as the zone's clock reads it
           Row{"9:05", "2026-11-20T08:05:00Z"},
           Row{"09:05:30", "2026-11-20T08:05:30Z"},
       }) {
    CAPTURE(row.typed);
    const auto read = read_instant(row.typed, *berlin, now);
    REQUIRE(read.has_value());
    CHECK(format_utc(*read) == row.utc);
  }
  for (const char* bad : {"tomorrow", "25:00", "2026-13-01", "", "2026-03-29 02:30"}) {  // the last one does not exist
    CAPTURE(bad);
    const auto read = read_instant(bad, *berlin, now);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().kind == ErrorKind::bad_input);
  }
}

TEST_CASE("cli/typed_time: of a time to come, a time of day that is over is tomorrow's, and a span counts from now") {
  ZoneCache zones;
  const auto berlin = zones.find("Europe/Berlin").value();
  const WallTime now = parse_rfc3339("2026-11-20T22:30:00Z").value();  // 23:30 in Berlin
  struct Row {
    const char* typed;
    const char* utc;
  };
  for (const Row& row : {
           Row{"23:45", "2026-11-20T22:45:00Z"}, Row{"23:30", "2026-11-21T22:30:00Z"},  // this very minute
           Row{"3:00", "2026-11-21T02:00:00Z"}, Row{"03:00:30", "2026-11-21T02:00:30Z"},
           Row{"2h", "2026-11-21T00:30:00Z"},
           Row{"2026-11-01", "2026-10-31T23:00:00Z"},  // what has a date is what it says
       }) {
    CAPTURE(row.typed);
    const auto read = read_coming_instant(row.typed, *berlin, now);
    REQUIRE(read.has_value());
    CHECK(format_utc(*read) == row.utc);
  }
}

TEST_CASE("cli/typed_time: what is no time is refused before anybody is asked, and the words say what to write") {
  for (const char* good :
       {"22:00", "2026-12-01", "2026-12-01 22:00", "2026-12-01T22:00:00+01:00", "2026-03-29 02:30"}) {
    CAPTURE(good);
    CHECK(check_instant(good).empty());
    CHECK(check_instant_or_duration(good).empty());
  }
  CHECK(check_instant_or_duration("2d").empty());
  for (const char* bad : {"yesterday", "25:00", "2026-13-01", "2d"}) {
    CAPTURE(bad);
    CHECK(check_instant(bad).starts_with("'" + std::string(bad) + "' is no time; write 22:00, "));
  }
  CHECK(check_instant_or_duration("2 moons").starts_with("'2 moons' is neither a time nor a span; write 2h, "));
}
