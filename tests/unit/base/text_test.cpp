#include <array>

#include <doctest/doctest.h>

#include <base/text.h>

using namespace belfry;
using namespace std::chrono_literals;

TEST_CASE("base/text: durations are whole numbers with units, from the largest to the smallest") {
  struct Row {
    const char* text;
    Millis value;
    const char* written;
  };
  for (const Row& row : {
           Row{"90s", 90s, "1m30s"},
           Row{"1h30m", 90min, "1h30m"},
           Row{"2d", 48h, "2d"},
           Row{"1w", 168h, "7d"},  // weeks are read, but not written: 10d is clearer than 1w3d
           Row{"250ms", 250ms, "250ms"},
           Row{"1m500ms", 60'500ms, "1m500ms"},
           Row{"0s", 0s, "0s"},
       }) {
    CAPTURE(row.text);
    const auto value = parse_duration(row.text);
    REQUIRE(value.has_value());
    CHECK(*value == row.value);
    CHECK(format_duration(*value) == row.written);
  }
}

TEST_CASE("base/text: S36 a bare number is no duration, and each refusal says what to write") {
  for (const char* bad :
       {"", "90", "s", "1.5h", "-1s", "1s1h", "1s1s", "10 s", "1y", "99999999999999999999s", "40000d"}) {
    CAPTURE(bad);
    const auto value = parse_duration(bad);
    REQUIRE_FALSE(value.has_value());
    CHECK(value.error().what.find("write for example 90s") != std::string::npos);
  }
}

TEST_CASE("base/text: instants are written in UTC and read with any offset") {
  CHECK(format_utc(WallTime{0ms}) == "1970-01-01T00:00:00Z");
  CHECK(format_utc(WallTime{1ms}) == "1970-01-01T00:00:00.001Z");
  CHECK(parse_rfc3339("2026-03-29T03:00:00+02:00") == parse_rfc3339("2026-03-29T01:00:00Z"));
  CHECK(parse_rfc3339("2026-03-29T01:00:00.5Z") == *parse_rfc3339("2026-03-29T01:00:00Z") + 500ms);
  CHECK(parse_rfc3339("2026-03-28T20:30:00-04:30") == parse_rfc3339("2026-03-29T01:00:00Z"));
  for (const char* bad : {"2026-03-29", "2026-03-29T01:00:00", "2026-02-29T01:00:00Z", "2026-03-29T24:00:00Z",
                          "2026-03-29T01:00:00+2", "2026-03-29T01:00:00.Z", "x"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_rfc3339(bad).has_value());
  }
}

TEST_CASE("base/text: a slip of the finger finds its word, anything else finds none") {
  constexpr std::array<std::string_view, 3> words{"timeout", "timezone", "schedule"};
  CHECK(nearest("time_out", words) == "timeout");
  CHECK(nearest("scedule", words) == "schedule");
  CHECK(nearest("timeoutt", words) == "timeout");
  CHECK(nearest("tmie", std::array<std::string_view, 1>{"time"}) == "time");  // two neighbours swapped
  CHECK_FALSE(nearest("colour", words).has_value());
}
