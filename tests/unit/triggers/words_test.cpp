#include <tests/unit/triggers/support.h>
#include <triggers/lint.h>

using namespace belfry;
using namespace belfry::tests;

TEST_CASE("triggers/describe: S6 a line in plain English") {
  struct Row {
    std::string_view text, says;
  };
  for (const Row& row : {
           Row{"30 2 * * *", "At 02:30 every day"},
           Row{"*/15 9-16 * * MON-FRI", "Every 15 minutes from 09:00 to 16:45, Monday to Friday"},
           Row{"* * * * *", "Every minute"},
           Row{"* * * * * *", "Every second"},
           Row{"*/10 * * * * *", "Every 10 seconds"},
           Row{"0 * * * *", "Every hour"},
           Row{"30 * * * *", "Every hour at 30 minutes past"},
           Row{"0 */2 * * *", "Every 2 hours"},
           Row{"0 9-17 * * *", "Every hour from 09:00 to 17:00"},
           Row{"0 8-18/2 * * *", "Every 2 hours from 08:00 to 18:00"},
           Row{"30 2,14 * * *", "At 02:30 and 14:30 every day"},
           Row{"15 30 2 * * *", "At 02:30:15 every day"},
           Row{"5,35 * * * *", "At 5 and 35 minutes past every hour"},
           Row{"*/7 * * * *", "At 0, 7, 14, 21, 28, 35, 42, 49 and 56 minutes past every hour"},
           Row{"0 6 * * 1", "At 06:00 every Monday"},
           Row{"0 18 * * 1-5", "At 18:00, Monday to Friday"},
           Row{"0 18 * * MON,WED,FRI", "At 18:00 on Monday, Wednesday and Friday"},
           Row{"0 0 1,15 * *", "At 00:00 on the 1st and the 15th of the month"},
           Row{"0 0 1 1 *", "At 00:00 on 1 January"},
           Row{"0 0 L * *", "At 00:00 on the last day of the month"},
           Row{"0 0 15W * *", "At 00:00 on the weekday nearest to the 15th of the month"},
           Row{"0 0 * * FRI#3", "At 00:00 on the third Friday of the month"},
           Row{"0 0 * * FRI#L", "At 00:00 on the last Friday of the month"},
           Row{"0 0 13 * FRI", "At 00:00 on the 13th of the month, or on Friday"},
           Row{"0 0 13 * +FRI", "At 00:00 on the 13th of the month, only if it is Friday"},
           Row{"0 0 * 6-8 *", "At 00:00 every day from June to August"},
           Row{"*/15 * * 6,7 *", "Every 15 minutes, in June and July"},
           Row{"0 0 0 1 1 * 2027", "At 00:00 on 1 January in 2027"},
           Row{"every 15m", "Every 15 minutes"},
           Row{"every 1h30m", "Every 1 hour 30 minutes"},
           Row{"manual", "Only when somebody asks for it"},
       }) {
    CHECK(schedule(parse_schedule(row.text, in("UTC"))).describe() == row.says);
  }
  CHECK(schedule(parse_calendar("Mon *-*~07/1 08:00", in("UTC"))).describe() ==
        "At 08:00 on the last Monday of the month");
}

TEST_CASE("triggers/lint: S13 facts that may not be what somebody meant") {
  using Kind = Lint::Kind;
  const auto kinds = [](std::string_view text, std::string_view zone_name) {
    std::vector<Kind> found;
    for (const Lint& lint : lint_schedule(text, in(zone_name), at("2026-03-01T00:00:00Z"))) found.push_back(lint.kind);
    return found;
  };
  CHECK(kinds("30 12 * * *", "Europe/Berlin").empty());
  CHECK(kinds("0 0 29 2 *", "UTC") == std::vector{Kind::leap_years_only});
  CHECK(kinds("0 0 28,29 2 *", "UTC").empty());
  CHECK(kinds("*/7 * * * *", "UTC") == std::vector{Kind::uneven_step});
  CHECK(kinds("*/15 * * * *", "UTC").empty());
  CHECK(kinds("0 0 13 * FRI", "UTC") == std::vector{Kind::either_day});
  CHECK(kinds("0 0 12 ? * 2", "UTC") == std::vector{Kind::quartz_weekday});
  CHECK(kinds("0 0 12 ? * MON", "UTC").empty());
  CHECK(kinds("30 2 * * *", "Europe/Berlin") == std::vector{Kind::dst_change, Kind::dst_change});
  CHECK(kinds("@daily", "America/Santiago") == std::vector{Kind::dst_change});
  CHECK(kinds("*/5 * * * *", "Europe/Berlin").empty());
  CHECK(kinds("every 1d", "UTC") == std::vector{Kind::utc_day});
  CHECK(kinds("every 1w", "UTC") == std::vector{Kind::utc_day});
  CHECK(kinds("every 1h", "UTC").empty());
}
