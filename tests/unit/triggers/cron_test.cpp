#include <tests/unit/triggers/support.h>

using namespace belfry;
using namespace belfry::tests;

TEST_CASE("triggers/cron_parser: S6 what a line means") {
  struct Row {
    std::string_view line, after, next;
  };
  for (const Row& row : {
           Row{"30 2 * * *", "2026-03-02T00:00:00Z", "2026-03-02T02:30:00Z"},
           Row{"  30\t2 * *  * ", "2026-03-02T00:00:00Z", "2026-03-02T02:30:00Z"},
           Row{"*/10 * * * * *", "2026-03-02T00:00:05Z", "2026-03-02T00:00:10Z"},     // six fields: second first
           Row{"0 0 12 1 1 * 2030", "2026-03-02T00:00:00Z", "2030-01-01T12:00:00Z"},  // seven: year last
           Row{"0 0 * * 7", "2026-03-02T00:00:00Z", "2026-03-08T00:00:00Z"},          // 7 is Sunday
           Row{"0 0 * * 0", "2026-03-02T00:00:00Z", "2026-03-08T00:00:00Z"},
           Row{"0 0 * * 5-7", "2026-03-07T00:00:00Z", "2026-03-08T00:00:00Z"},
           Row{"0 0 * * FRI-MON", "2026-03-09T00:00:00Z", "2026-03-13T00:00:00Z"},  // names wrap
           Row{"0 0 1 nov-feb *", "2026-03-02T00:00:00Z", "2026-11-01T00:00:00Z"},
           Row{"5/20 * * * *", "2026-03-02T00:26:00Z", "2026-03-02T00:45:00Z"},  // from 5 to the end
           Row{"0 0 L * *", "2027-02-02T00:00:00Z", "2027-02-28T00:00:00Z"},
           Row{"0 0 L-3 * *", "2028-02-02T00:00:00Z", "2028-02-26T00:00:00Z"},
           Row{"0 0 LW * *", "2026-05-02T00:00:00Z", "2026-05-29T00:00:00Z"},   // 31 May is a Sunday
           Row{"0 0 15W * *", "2026-08-02T00:00:00Z", "2026-08-14T00:00:00Z"},  // Saturday: the Friday before
           Row{"0 0 15W * *", "2026-11-02T00:00:00Z", "2026-11-16T00:00:00Z"},  // Sunday: the Monday after
           Row{"0 0 1W * *", "2026-07-31T00:00:00Z", "2026-08-03T00:00:00Z"},   // Saturday the 1st: not back into July
           Row{"0 0 31W * *", "2026-05-02T00:00:00Z", "2026-05-29T00:00:00Z"},  // Sunday the 31st: not on into June
           Row{"0 0 * * 5#3", "2026-03-02T00:00:00Z", "2026-03-20T00:00:00Z"},
           Row{"0 0 * * FRI#L", "2026-03-02T00:00:00Z", "2026-03-27T00:00:00Z"},
           Row{"0 0 * * MON#5", "2026-03-31T00:00:00Z", "2026-06-29T00:00:00Z"},  // not every month has five
           Row{"0 0 13 * FRI", "2026-03-02T00:00:00Z", "2026-03-06T00:00:00Z"},   // either
           Row{"0 0 13 * +FRI", "2026-03-14T00:00:00Z", "2026-11-13T00:00:00Z"},  // both
           Row{"0 0 */2 * MON", "2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z"},  // begins with *: both
           Row{"0 0 ? * MON", "2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z"},
           Row{"0 0 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"},  // 2100 is no leap year
           Row{"*/60 * * * *", "2026-03-02T00:01:00Z", "2026-03-02T01:00:00Z"},
           Row{"@hourly", "2026-03-02T00:01:00Z", "2026-03-02T01:00:00Z"},
           Row{"@daily", "2026-03-02T00:01:00Z", "2026-03-03T00:00:00Z"},
           Row{"@midnight", "2026-03-02T00:01:00Z", "2026-03-03T00:00:00Z"},
           Row{"@weekly", "2026-03-02T00:01:00Z", "2026-03-08T00:00:00Z"},
           Row{"@monthly", "2026-03-02T00:01:00Z", "2026-04-01T00:00:00Z"},
           Row{"@yearly", "2026-03-02T00:01:00Z", "2027-01-01T00:00:00Z"},
           Row{"@annually", "2026-03-02T00:01:00Z", "2027-01-01T00:00:00Z"},
       }) {
    CAPTURE(row.line);
    const Schedule s = schedule(parse_cron(row.line, in("UTC")));
    CHECK(next_utc(s, at(row.after), 1) == Texts{std::string(row.next)});
  }
}

TEST_CASE("triggers/cron_parser: S6 a line whose years are over is never due again") {
  const Schedule s = schedule(parse_cron("0 0 0 1 1 * 2030-2032", in("UTC")));
  CHECK(next_utc(s, at("2026-03-02T00:00:00Z"), 9).size() == 3);
  CHECK_FALSE(s.next_after(at("2032-01-01T00:00:00Z")).has_value());
}

TEST_CASE("triggers/cron_parser: S6 H is spread over jobs, stable for each, and stays in its range") {
  const auto minutes_of = [](std::string_view line, std::string_view job) {
    return schedule(parse_cron(line, {.job = job})).normal_form();
  };
  CHECK(minutes_of("H * * * *", "a") == minutes_of("H * * * *", "a"));
  int distinct = 0;
  std::string last;
  for (const std::string job : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
    const std::string form = minutes_of("H H(2-4) H * *", job);
    distinct += form != last ? 1 : 0;
    last = form;
    const Schedule s = schedule(parse_cron("H H(2-4) H * *", {.job = job}));
    WallTime t = at("2026-01-01T00:00:00Z");
    for (int month = 0; month < 12; ++month) {  // a day of H is in every month
      const auto next = s.next_after(t);
      REQUIRE(next.has_value());
      CHECK(*next - t < std::chrono::days{32} + std::chrono::days{28});
      const auto hour = std::chrono::floor<std::chrono::hours>(*next - std::chrono::floor<std::chrono::days>(*next));
      CHECK(hour >= std::chrono::hours{2});
      CHECK(hour <= std::chrono::hours{4});
      t = *next;
    }
  }
  CHECK(distinct > 5);
  CHECK(next_utc(schedule(parse_cron("H(0-29)/10 * * * *", {.job = "a"})), at("2026-01-01T00:00:00Z"), 4).size() == 4);
  CHECK(schedule(parse_cron("H(0-29)/10 * * * *", {.job = "a"}))
            .slots_in(at("2026-01-01T00:00:00Z"), at("2026-01-01T01:00:00Z"))
            ->count == 3);
}

TEST_CASE("triggers/parse: S36 what is wrong, where, and the cure") {
  struct Row {
    std::string_view text;
    std::size_t column;
    std::string_view says;  // part of the message
  };
  for (const Row& row : {
           Row{"", 1, "is empty"},
           Row{" \t ", 1, "is empty"},
           Row{"* * * *", 8, "has 4"},
           Row{"L", 2, "has 1"},
           Row{"* * * * * * * echo", 15, "command"},
           Row{"60 * * * *", 1, "minute 60 is above 59"},
           Row{"0 24 * * *", 3, "hour 24 is above 23"},
           Row{"0 0 0 * *", 5, "day of month 0 is below 1"},
           Row{"0 0 * 13 *", 7, "month 13 is above 12"},
           Row{"0 0 * * 8", 9, "weekday 8 is above 7"},
           Row{"0-99999999 * * * *", 3, "minute 99999999 is above 59"},
           Row{"99999999999999999999999 * * * *", 1, "above 59"},
           Row{"*/0 * * * *", 3, "step of 0"},
           Row{"*/ * * * *", 3, "step is missing"},
           Row{"*/90 * * * *", 3, "every:"},
           Row{"5-1 * * * *", 1, "5-59,0-1"},
           Row{"0 0 * * 5-1", 9, "runs backwards"},
           Row{"1,,2 * * * *", 3, "missing"},
           Row{"1, * * * *", 3, "missing"},
           Row{"1-2-3 * * * *", 4, "does not belong"},
           Row{"** * * * *", 2, "does not belong"},
           Row{"-1 * * * *", 1, "does not belong"},
           Row{"1.5 * * * *", 2, "does not belong"},
           Row{"? * * * *", 1, "does not belong"},
           Row{"0 0 * * MON\xe2\x80\x93"
               "FRI",
               12, "plain ASCII"},  // a dash of a word processor
           Row{"0 0 * * TUES", 9, "did you mean TUE"},
           Row{"0 0 * * MONDAY", 9, "did you mean MON"},
           Row{"FOO * * * *", 1, "no names"},
           Row{"0 0 * * 5L", 10, "5#L"},
           Row{"0 0 * * L", 9, "FRI#L"},
           Row{"0 0 * * 1-5#2", 9, "single weekday"},
           Row{"0 0 * * 1#6", 11, "above 5"},
           Row{"0 0 1-5W * *", 5, "single day"},
           Row{"0 0 L-31 * *", 7, "above 30"},
           Row{"0 0 31 2 *", 1, "February has no 31st"},
           Row{"  0 0 30,31 2 *", 3, "February has no 30th or 31st"},
           Row{"0 0 31 4,6,9,11 *", 1, "April, June, September and November have no 31st"},
           Row{"0 0 0 29 2 * 2027", 1, "February has no 29th in any of these years"},
           Row{"@dayly", 1, "did you mean @daily"},
           Row{"@every 5m", 1, "write every 5m"},
           Row{"@reboot", 1, "names no time"},
           Row{"daily", 1, "write @daily"},
           Row{"cron(0 12 * * ? *)", 1, "write 0 0 12 * * ? *"},
           Row{"rate(5 minutes)", 1, "write every 5m"},
           Row{"CRON_TZ=Asia/Tokyo 0 5 * * *", 1, "timezone: Asia/Tokyo"},
           Row{"every 5 minutes", 1, "write every 5m"},
           Row{"every minute", 1, "write every 1m"},
           Row{"5m", 1, "write every 5m"},
           Row{"PT15M", 1, "write every 15m"},
           Row{"Mon..Fri 18:00", 1, "write { on_calendar: \"Mon..Fri 18:00\" }"},
           Row{"every 1.5h", 1, "write every 1h30m"},
           Row{"every 00:05:00", 1, "write every 5m"},
           Row{"evry 5m", 1, "did you mean every 5m?"},
           Row{"manaul", 1, "did you mean manual?"},
           Row{"never", 1, "write manual"},
           Row{"after other", 1, "write { after: other }"},
           Row{"on_startup", 1, "write { on_startup: 10s }"},
           Row{"every day at 02:30", 1, "write \"30 2 * * *\""},
           Row{"Weekdays at 9am", 1, "write \"0 9 * * mon-fri\""},
           Row{"at 9:15pm on Mondays and Fridays", 1, "write \"15 21 * * mon,fri\""},
           Row{"30 2 * * * /usr/bin/backup --all", 12, "behind run:"},
           Row{"every\u00A05m", 6, "type a blank in its place"},
           Row{"\"* * * * *\"", 1, "quotes"},
           Row{"0 12 * * MON 2027", 14, "write 0 0 12 * * MON 2027"},
           Row{"every", 6, "empty"},
           Row{"every 50ms", 7, "100ms"},
           Row{"every 90", 7, "no unit"},
       }) {
    CAPTURE(row.text);
    const auto result = parse_schedule(row.text, in("UTC"));
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().offset + 1 == row.column);
    const bool says_it = result.error().message().find(row.says) != std::string::npos;
    CHECK_MESSAGE(says_it, result.error().message());
  }
}

TEST_CASE("triggers/never: S7 what can never match is refused, what seldom does is not") {
  CHECK_FALSE(parse_cron("0 0 30 2 *", in("UTC")).has_value());
  CHECK_FALSE(parse_cron("0 0 31W 2 *", in("UTC")).has_value());
  CHECK_FALSE(parse_cron("0 0 1-7 * +MON#2", in("UTC")).has_value());
  // 29 February on a Monday comes every 28 years, and 40 around 2100.
  const Schedule s = schedule(parse_cron("0 0 29 2 +MON", in("UTC")));
  CHECK(next_utc(s, at("2026-01-01T00:00:00Z"), 4) ==
        Texts{"2044-02-29T00:00:00Z", "2072-02-29T00:00:00Z", "2112-02-29T00:00:00Z", "2140-02-29T00:00:00Z"});
}

TEST_CASE("triggers/fields_trigger: S7 an answer is bounded and later than the question, also at the ends of time") {
  for (const std::string_view line : {"* * * * * *", "30 2 * * *", "0 0 29 2 *", "0 0 0 1 1 * 2030"}) {
    CAPTURE(line);
    const Schedule s = schedule(parse_cron(line, in("Europe/Berlin")));
    CHECK(s.next_after(WallTime::min()) > WallTime::min());
    CHECK_FALSE(s.next_after(WallTime::max()).has_value());
    const auto all = s.slots_in(WallTime::min(), WallTime::max());
    REQUIRE(all.has_value());
    CHECK(all->count >= 1);
    CHECK(all->first == s.next_after(WallTime::min()));
    CHECK(s.next_after(all->last).value_or(WallTime::max()) > all->last);
  }
}

TEST_CASE("triggers/cron_text: S6 one normal form for one meaning") {
  const auto form = [](std::string_view line) { return schedule(parse_cron(line, in("UTC"))).normal_form(); };
  CHECK(form("00 02 * * *") == "0 2 * * * UTC");
  CHECK(form("0 0 * * SUN") == form("@weekly"));
  CHECK(form("0 0 * * 7") == form("@weekly"));
  CHECK(form("0 0 12 * * *") == "0 12 * * * UTC");
  CHECK(form("*/5 * * * *") == "*/5 * * * * UTC");
  CHECK(form("0-59 2 * * *") != form("* 2 * * *"));  // fixed and recurring differ on two days a year
  CHECK(form("0 0 13 * FRI") != form("0 0 13 * +FRI"));
  CHECK(form("*/30 2 * * *") == "*/30 2 * * * UTC");
  CHECK(form("*/60 2 * * *") == "0 2 * * * recurring UTC");
  CHECK(schedule(parse_cron("0 2 * * *", in("Europe/Berlin", {SkippedTime::skip, RepeatedTime::both}))).normal_form() ==
        "0 2 * * * Europe/Berlin skipped=skip repeated=both");
}

TEST_CASE("triggers/interval_trigger: S8 a grid fixed at the epoch") {
  const Schedule s = schedule(parse_schedule("every 90s", in("UTC")));
  CHECK(next_utc(s, at("2026-03-27T12:00:00Z"), 2) == Texts{"2026-03-27T12:01:30Z", "2026-03-27T12:03:00Z"});
  CHECK(next_utc(s, at("1969-12-31T23:59:00Z"), 2) == Texts{"1970-01-01T00:00:00Z", "1970-01-01T00:01:30Z"});
  const auto stretch = s.slots_in(at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
  REQUIRE(stretch.has_value());
  CHECK(stretch->count == 365 * 960);
  CHECK(stretch->last == at("2027-01-01T00:00:00Z"));
  CHECK_FALSE(s.slots_in(at("2026-01-01T00:00:01Z"), at("2026-01-01T00:01:29Z")).has_value());
  // Weeks are counted from Thursday, 1 January 1970.
  CHECK(next_utc(schedule(parse_every("1w")), at("2026-03-27T12:00:00Z"), 1) == Texts{"2026-04-02T00:00:00Z"});
  CHECK(next_utc(schedule(parse_every("100ms")), at("2026-03-27T12:00:00.050Z"), 1) ==
        Texts{"2026-03-27T12:00:00.100Z"});
  // Another anchor, the same grid: the same form.
  const Schedule moved = schedule(parse_every("1d", at("2026-03-27T07:00:00Z")));
  CHECK(next_utc(moved, at("2026-03-27T12:00:00Z"), 1) == Texts{"2026-03-28T07:00:00Z"});
  CHECK(moved.normal_form() == schedule(parse_every("24h", at("2020-01-01T07:00:00Z"))).normal_form());
  CHECK(moved.normal_form() != schedule(parse_every("1d")).normal_form());
}

TEST_CASE("triggers/once_trigger: S9 an instant, once") {
  const Schedule s = schedule(parse_at("2026-12-01T22:00:00+01:00", in("UTC")));
  CHECK(next_utc(s, at("2026-03-27T12:00:00Z"), 3) == Texts{"2026-12-01T21:00:00Z"});
  CHECK_FALSE(s.next_after(at("2026-12-01T21:00:00Z")).has_value());
  CHECK(s.slots_in(at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"))->count == 1);
  CHECK(next_utc(schedule(parse_at("2026-12-01 22:00", in("Asia/Tokyo"))), at("2026-03-27T12:00:00Z"), 1) ==
        Texts{"2026-12-01T13:00:00Z"});
  CHECK_FALSE(parse_at("2026-12-01", in("UTC")).has_value());
}

TEST_CASE("triggers/parse: S10 an instant in a zone is never guessed") {
  const Zone& berlin = *zone("Europe/Berlin");
  CHECK(*parse_instant("2026-07-01 12:00", berlin) == at("2026-07-01T10:00:00Z"));
  CHECK(*parse_instant("2026-07-01T12:00:30.250", berlin) == at("2026-07-01T10:00:30.250Z"));
  CHECK(*parse_instant("2026-07-01T12:00:00Z", berlin) == at("2026-07-01T12:00:00Z"));
  CHECK(*parse_instant("2026-07-01", berlin) == at("2026-06-30T22:00:00Z"));
  const auto gap = parse_instant("2026-03-29 02:30", berlin);
  REQUIRE_FALSE(gap.has_value());
  CHECK(gap.error().message().find("does not exist") != std::string::npos);
  const auto fold = parse_instant("2026-10-25 02:30", berlin);
  REQUIRE_FALSE(fold.has_value());
  CHECK(fold.error().message().find("2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00") != std::string::npos);
  // A day whose midnight does not exist begins after the gap.
  CHECK(*parse_instant("2026-09-06", *zone("America/Santiago")) == at("2026-09-06T04:00:00Z"));
  CHECK_FALSE(parse_instant("tomorrow", berlin).has_value());
}
