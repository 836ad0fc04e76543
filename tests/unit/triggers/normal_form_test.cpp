#include "support.h"

#include <triggers/combine.h>
#include <triggers/normal_form.h>

using namespace belfry;
using namespace belfry::tests;

namespace {

Result<Schedule> read(std::string_view form) {
  static ZoneCache zones;
  return read_normal_form(form, [](std::string_view name) { return zones.find(name); });
}

std::shared_ptr<const Calendar> calendar(std::initializer_list<const char*> entries) {
  auto made = std::make_shared<Calendar>("c");
  for (const char* entry : entries) REQUIRE(made->add(entry).has_value());
  return made;
}

Schedule cron(std::string_view text, const ScheduleContext& context = in("Europe/Berlin")) {
  return schedule(parse_cron(text, context));
}

}  // namespace

TEST_CASE("triggers/normal_form: S19 a definition of which only that is left is due at the same instants") {
  const Bounds bounds{.from = at("2026-03-01T00:00:00Z"), .until = at("2026-11-01T00:00:00.250Z")};
  const CalendarFilter filter{.exclude = {calendar({"12-24..01-02", "2026-05-01"}), calendar({"SAT", "SUN"})},
                              .only = {calendar({"MON-FRI"}), calendar({})},
                              .zone = zone("America/New_York")};
  const std::vector<Schedule> schedules = {
      Schedule(),
      schedule(parse_every("15m")),
      schedule(parse_every("1d12h", at("2026-01-01T07:00:00.500Z"))),
      schedule(parse_at("2026-12-01 22:00", in("Europe/Berlin"))),
      cron("30 2 * * *"),
      cron("*/5 * * * * *"),
      cron("0 0 0 29,L 2 MON#1,FRI#L 2028"),
      cron("0 9 1-7 * +MON"),
      cron("30 2 * * *", in("Europe/Berlin", {SkippedTime::shift, RepeatedTime::both})),
      cron("30 2 * * *", in("Etc/GMT+5", {SkippedTime::skip, RepeatedTime::last})),
      schedule(parse_calendar("*-*-* *:00/7", in("Europe/Berlin"))),
      bounded(cron("0 * * * *"), bounds),
      filtered(cron("0 8 * * *"), filter),
      filtered(bounded(schedule(parse_every("90m")), bounds), filter),
      any_of({cron("0 */2 * * *"), schedule(parse_every("5h")), filtered(bounded(cron("7 7 * * *"), bounds), filter)}),
  };
  for (const Schedule& written : schedules) {
    const std::string form = written.normal_form();
    CAPTURE(form);
    const auto again = read(form);
    REQUIRE_MESSAGE(again.has_value(), again.error().what);
    CHECK(again->normal_form() == form);
    CHECK(next_utc(*again, at("2026-03-28T00:00:00Z"), 60) == next_utc(written, at("2026-03-28T00:00:00Z"), 60));
    CHECK(next_utc(*again, at("2026-10-24T00:00:00Z"), 60) == next_utc(written, at("2026-10-24T00:00:00Z"), 60));
    CHECK(again->follows_elapsed_time() == written.follows_elapsed_time());
  }
}

TEST_CASE("triggers/normal_form: S19 what is none is refused, and never taken for something near it") {
  for (const char* text : {"",
                           " ",
                           "manual ",
                           "every",
                           "every ",
                           "every 5m ",
                           "every 10ms",
                           "every 60m",
                           "every 5m phase=6m",
                           "Every 5m",
                           "at noon",
                           "at 2026-12-01T22:00:00+01:00",
                           "* * * * *",
                           "* * * * * Nowhere/Land",
                           "30 02 * * * UTC",
                           "30 2 * * * UTC skipped=run",
                           "30 2 * * * UTC repeated=first",
                           "30 2 * * * UTC until=soon",
                           "30 2 * * * UTC exclude=[SAT]",
                           "30 2 * * * UTC exclude=SAT days=UTC",
                           "30 2 * * * UTC exclude=[Foo] days=UTC",
                           "30 2 * * * UTC days=UTC",
                           "every 5m + ",
                           " + every 5m",
                           "every 5m + every 1m",
                           "every 5m from its finish",
                           "after a success delay 0s"}) {
    CAPTURE(text);
    CHECK_FALSE(read(text).has_value());
  }
}
