#include <tests/unit/triggers/support.h>
#include <triggers/calendar.h>
#include <triggers/combine.h>

using namespace belfry;
using namespace belfry::tests;

TEST_CASE("triggers/calendar_parser: S9 systemd's calendar grammar") {
  struct Row {
    std::string_view line, after, next;
  };
  for (const Row& row : {
           Row{"hourly", "2026-03-27T12:00:00Z", "2026-03-27T13:00:00Z"},
           Row{"Quarterly", "2026-03-27T12:00:00Z", "2026-04-01T00:00:00Z"},
           Row{"weekly UTC", "2026-03-27T12:00:00Z", "2026-03-30T00:00:00Z"},
           Row{"Mon..Fri 18:00", "2026-03-27T18:00:00Z", "2026-03-30T18:00:00Z"},
           Row{"Sat,Sun 10:00", "2026-03-27T18:00:00Z", "2026-03-28T10:00:00Z"},
           Row{"Mon *-*~07/1 08:00", "2026-03-01T00:00:00Z", "2026-03-30T08:00:00Z"},  // the last Monday
           Row{"*-02~03", "2026-03-01T00:00:00Z", "2027-02-26T00:00:00Z"},
           Row{"*-*~1..6/2", "2026-03-25T00:00:00Z", "2026-03-27T00:00:00Z"},  // the 5th, 3rd and last from the end
           Row{"*:0/15", "2026-03-27T12:01:00Z", "2026-03-27T12:15:00Z"},
           Row{"2027-2-29", "2026-03-27T12:01:00Z", ""},
           Row{"28-2-29", "2026-03-27T12:01:00Z", "2028-02-29T00:00:00Z"},
           Row{"12-25", "2026-03-27T12:01:00Z", "2026-12-25T00:00:00Z"},
           Row{"*-*-* 9..17/4:30:15", "2026-03-27T12:01:00Z", "2026-03-27T13:30:15Z"},
       }) {
    CAPTURE(row.line);
    const auto parsed = parse_calendar(row.line, in("UTC"));
    if (row.next.empty()) {
      CHECK_FALSE(parsed.has_value());  // S7
      continue;
    }
    CHECK(next_utc(schedule(parsed), at(row.after), 1) == Texts{std::string(row.next)});
  }
}

TEST_CASE("triggers/calendar_parser: S9 a zone at the end of the line counts") {
  ScheduleContext context = in("UTC");
  CHECK_FALSE(parse_calendar("12:00 Asia/Tokyo", context).has_value());
  context.zone_named = [](std::string_view name) -> Result<std::shared_ptr<const Zone>> { return zone(name); };
  CHECK(next_utc(schedule(parse_calendar("12:00 Asia/Tokyo", context)), at("2026-03-27T12:00:00Z"), 1) ==
        Texts{"2026-03-28T03:00:00Z"});
}

TEST_CASE("triggers/calendar_parser: S9 what is wrong with a calendar line") {
  struct Row {
    std::string_view line;
    std::size_t column;
    std::string_view says;
  };
  for (const Row& row : {
           Row{"", 1, "empty"},
           Row{"Sat..Mon", 1, "runs backwards"},
           Row{"Foo 12:00", 1, "not a weekday"},
           Row{"*/5:00", 2, "0/5"},
           Row{"25:00", 1, "hour 25 is above 23"},
           Row{"*:0/60", 5, "longer"},
           Row{"*-*-31/1", 5, "leads out"},
           Row{"*:*:0.5", 6, "whole seconds"},
           Row{"@1700000000", 1, "at:"},
           Row{"12:00 12:00", 7, "does not belong"},
       }) {
    CAPTURE(row.line);
    const auto parsed = parse_calendar(row.line, in("UTC"));
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().offset + 1 == row.column);
    const bool says_it = parsed.error().message().find(row.says) != std::string::npos;
    CHECK_MESSAGE(says_it, parsed.error().message());
  }
}

namespace {

std::shared_ptr<const Calendar> calendar(std::string name, std::initializer_list<std::string_view> entries) {
  auto made = std::make_shared<Calendar>(std::move(name));
  for (const std::string_view entry : entries) REQUIRE(made->add(entry).has_value());
  return made;
}

std::chrono::local_days day(int y, unsigned m, unsigned d) {
  return std::chrono::local_days{std::chrono::year{y} / std::chrono::month{m} / std::chrono::day{d}};
}

}  // namespace

TEST_CASE("triggers/calendar: S10 days, yearly days, ranges, weekdays") {
  const auto c = calendar("c", {"2027-03-26", "01-01", "2026-12-18..2027-01-04", "12-24..01-02", "SAT-SUN", "02-29"});
  CHECK(c->contains(day(2027, 3, 26)));
  CHECK_FALSE(c->contains(day(2029, 3, 26)));
  CHECK(c->contains(day(2031, 1, 1)));
  CHECK(c->contains(day(2026, 12, 18)));
  CHECK(c->contains(day(2027, 1, 4)));
  CHECK_FALSE(c->contains(day(2027, 1, 5)));
  CHECK(c->contains(day(2030, 12, 31)));
  CHECK(c->contains(day(2031, 1, 2)));
  CHECK(c->contains(day(2026, 11, 21)));  // a Saturday
  CHECK(c->contains(day(2028, 2, 29)));
  CHECK_FALSE(c->contains(day(2026, 11, 20)));
  for (const std::string_view bad :
       {"", "2027-02-29", "13-01", "2027-1-1", "Foo", "2027-01-02..2027-01-01", "01-01..2027-01-02", "2027-03-26x"}) {
    CAPTURE(bad);
    CHECK_FALSE(Calendar("bad").add(bad).has_value());
  }
}

TEST_CASE("triggers/combine: S10 an excluded instant stays a slot and says why it does not run") {
  const Schedule daily = schedule(parse_cron("0 18 * * *", in("Europe/Berlin")));
  const auto holidays = calendar("holidays", {"12-25", "12-26"});
  const Schedule s = filtered(daily, {.exclude = {holidays}, .only = {}, .zone = zone("Europe/Berlin")});
  const WallTime christmas = at("2026-12-25T17:00:00Z");
  CHECK(s.next_after(christmas - std::chrono::hours{1}) == christmas);
  CHECK(s.excluded(christmas) == "excluded by calendar holidays");
  CHECK_FALSE(s.excluded(at("2026-12-27T17:00:00Z")).has_value());
  CHECK(s.notes(christmas - std::chrono::hours{1}, christmas) == Texts{"excluded by calendar holidays: does not run"});
  const Schedule only =
      filtered(daily, {.exclude = {}, .only = {calendar("weekend", {"SAT", "SUN"})}, .zone = zone("Europe/Berlin")});
  CHECK(only.excluded(christmas) == "not a day of calendar weekend");  // a Friday
  CHECK_FALSE(only.excluded(at("2026-12-26T17:00:00Z")).has_value());
  CHECK(s.normal_form() != daily.normal_form());
  // Days are those of the zone: 23:30 UTC is the next day in Berlin.
  const Schedule late = filtered(schedule(parse_cron("30 23 * * *", in("UTC"))),
                                 {.exclude = {holidays}, .only = {}, .zone = zone("Europe/Berlin")});
  CHECK(late.excluded(at("2026-12-24T23:30:00Z")).has_value());
  const Schedule elsewhere = filtered(schedule(parse_cron("30 23 * * *", in("UTC"))),
                                      {.exclude = {holidays}, .only = {}, .zone = zone("America/New_York")});
  CHECK(late.normal_form() != elsewhere.normal_form());
}

TEST_CASE("triggers/combine: S10 a union has one slot per instant") {
  const Schedule a = schedule(parse_cron("0 */2 * * *", in("UTC")));
  const Schedule b = schedule(parse_cron("0 */3 * * *", in("UTC")));
  const Schedule c = schedule(parse_every("90m"));
  const Schedule s = any_of({a, b, Schedule(), c});
  CHECK(next_utc(s, at("2026-03-27T00:00:00Z"), 5) == Texts{"2026-03-27T01:30:00Z", "2026-03-27T02:00:00Z",
                                                            "2026-03-27T03:00:00Z", "2026-03-27T04:00:00Z",
                                                            "2026-03-27T04:30:00Z"});
  const auto stretch = s.slots_in(at("2026-03-27T00:00:00Z"), at("2026-03-28T00:00:00Z"));
  REQUIRE(stretch.has_value());
  CHECK(stretch->count ==
        static_cast<std::int64_t>(next_utc(s, at("2026-03-27T00:00:00Z"), 1000).size() > 24 ? 24 : 0));
  CHECK(stretch->last == at("2026-03-28T00:00:00Z"));
  CHECK(any_of({b, a}).normal_form() == any_of({a, b}).normal_form());
  CHECK(any_of({Schedule()}).is_manual());
  // Due by two triggers: it runs unless both are excluded.
  const Schedule excluded = filtered(a, {.exclude = {calendar("always", {"MON-SUN"})}, .only = {}});
  CHECK_FALSE(any_of({excluded, b}).excluded(at("2026-03-27T06:00:00Z")).has_value());
  CHECK(any_of({excluded, b}).excluded(at("2026-03-27T02:00:00Z")).has_value());
}

TEST_CASE("triggers/combine: S10 from is in, until is out") {
  const Schedule s = bounded(schedule(parse_cron("0 0 * * *", in("UTC"))),
                             {.from = at("2026-12-01T00:00:00Z"), .until = at("2026-12-04T00:00:00Z")});
  CHECK(next_utc(s, at("2026-01-01T00:00:00Z"), 9) ==
        Texts{"2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z", "2026-12-03T00:00:00Z"});
  CHECK(s.slots_in(at("2020-01-01T00:00:00Z"), at("2030-01-01T00:00:00Z"))->count == 3);
  CHECK_FALSE(s.slots_in(at("2026-12-04T00:00:00Z"), at("2030-01-01T00:00:00Z")).has_value());
}

TEST_CASE("triggers/combine: S11 jitter and spread delay, stably, and never beyond the next slot") {
  const Schedule minutely = schedule(parse_cron("* * * * *", in("UTC")));
  const Delay delay{.jitter = std::chrono::seconds{20}, .spread = std::chrono::seconds{10}, .job = "a", .salt = 7};
  const Schedule s = delayed(minutely, delay);
  Millis least = Millis::max(), most{0};
  WallTime t = at("2026-03-27T12:00:00Z");
  for (int i = 0; i < 500; ++i) {
    const WallTime slot = *s.next_after(t);
    CHECK(s.delay(slot) == delayed(minutely, delay).delay(slot));
    least = std::min(least, s.delay(slot));
    most = std::max(most, s.delay(slot));
    t = slot;
  }
  CHECK(least >= Millis{0});
  CHECK(most <= std::chrono::seconds{30});
  CHECK(most - least > std::chrono::seconds{15});
  CHECK(s.next_after(t) == minutely.next_after(t));  // slots stay where they are
  CHECK(s.normal_form() == minutely.normal_form());
  Delay other = delay;
  other.salt = 8;
  CHECK(delayed(minutely, other).delay(t) != s.delay(t));
  const Schedule far =
      delayed(minutely, {.jitter = std::chrono::hours{1}, .spread = std::chrono::hours{1}, .job = "a"});
  for (int i = 0; i < 100; ++i) CHECK(far.delay(t + std::chrono::minutes{i}) < std::chrono::minutes{1});
}
