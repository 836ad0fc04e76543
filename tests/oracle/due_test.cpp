// The engine against brute force. Seeds are fixed; BELFRY_LONG=1 looks at every change of every zone from 1970 to 2100.

#include <cstdlib>
#include <map>
#include <optional>

#include <doctest/doctest.h>

#include <base/text.h>
#include <base/zones.h>
#include <tests/oracle/naive_line.h>
#include <tests/oracle/naive_zone.h>
#include <triggers/normal_form.h>
#include <triggers/parse.h>

namespace {

using belfry::DstPolicy;
using belfry::RepeatedTime;
using belfry::Schedule;
using belfry::SkippedTime;
using belfry::WallTime;
using oracle::Instant;
using oracle::Reading;

constexpr Instant year_1970 = 0;
constexpr Instant year_2100 = 4102444800;
constexpr Instant day = 86400;

bool is_long() { return std::getenv("BELFRY_LONG") != nullptr; }

WallTime wall(Instant t) { return WallTime{std::chrono::seconds{t}}; }

std::string utc(Instant t) { return belfry::format_utc(wall(t)); }

belfry::ZoneCache& zones() {
  static belfry::ZoneCache cache;
  return cache;
}

// The instants at which a line is due, by S13 and S14 and nothing else.
std::set<Instant> due_in(const oracle::NaiveLine& line, const oracle::Walk& walk, DstPolicy dst) {
  std::set<Instant> due;
  if (!line.fixed) {
    for (std::size_t i = 0; i < walk.readings.size(); ++i) {
      if (line.holds(walk.readings[i])) due.insert(walk.begin + static_cast<Instant>(i) * walk.step);
    }
    return due;
  }
  for (const auto& [reading, instants] : walk.instants) {
    if (!line.holds(reading)) continue;
    if (dst.repeated != RepeatedTime::last) due.insert(instants.front());
    if (dst.repeated != RepeatedTime::first) due.insert(instants.back());
    if (dst.repeated == RepeatedTime::both) due.insert(instants.begin(), instants.end());
  }
  for (std::size_t i = 1; i < walk.readings.size(); ++i) {
    const Instant change = walk.begin + static_cast<Instant>(i) * walk.step;
    for (Reading lost = walk.readings[i - 1] + walk.step; lost < walk.readings[i]; lost += walk.step) {
      if (!line.holds(lost) || dst.skipped == SkippedTime::skip) continue;
      due.insert(dst.skipped == SkippedTime::run ? change : change + (lost - walk.readings[i - 1] - walk.step));
    }
  }
  return due;
}

Schedule schedule_of(const oracle::NaiveLine& line, const std::string& zone, DstPolicy dst) {
  auto loaded = zones().find(zone);
  REQUIRE(loaded.has_value());
  const auto schedule = belfry::parse_cron(line.text, {.zone = *loaded, .job = "", .dst = dst});
  INFO(line.text);
  REQUIRE_MESSAGE(schedule.has_value(), schedule.error().message());
  return *schedule;
}

constexpr DstPolicy all_policies[]{{SkippedTime::run, RepeatedTime::first},  {SkippedTime::run, RepeatedTime::last},
                                   {SkippedTime::run, RepeatedTime::both},   {SkippedTime::shift, RepeatedTime::first},
                                   {SkippedTime::shift, RepeatedTime::last}, {SkippedTime::shift, RepeatedTime::both},
                                   {SkippedTime::skip, RepeatedTime::first}, {SkippedTime::skip, RepeatedTime::last},
                                   {SkippedTime::skip, RepeatedTime::both}};

// Compares slot by slot between `from` and `until`; false and a message at the first difference.
bool agrees(const Schedule& schedule, const std::set<Instant>& due, Instant from, Instant until) {
  WallTime t = wall(from) - belfry::Millis{1};
  for (auto expected = due.lower_bound(from); expected != due.end() && *expected < until; ++expected) {
    const auto next = schedule.next_after(t);
    if (!next || *next != wall(*expected)) {
      MESSAGE("after " << belfry::format_utc(t) << " expected " << utc(*expected) << ", got "
                       << (next ? belfry::format_utc(*next) : "nothing"));
      return false;
    }
    t = *next;
  }
  const auto beyond = schedule.next_after(t);
  if (beyond && *beyond < wall(until)) {
    MESSAGE("after " << belfry::format_utc(t) << " expected none before " << utc(until) << ", got "
                     << belfry::format_utc(*beyond));
    return false;
  }
  return true;
}

bool counts_agree(const Schedule& schedule, const std::set<Instant>& due, Instant from, Instant until) {
  const auto stretch = schedule.slots_in(wall(from), wall(until));
  const auto first = due.upper_bound(from), end = due.upper_bound(until);
  const auto count = std::distance(first, end);
  if (count == 0) return !stretch.has_value();
  const bool same =
      stretch && stretch->count == count && stretch->first == wall(*first) && stretch->last == wall(*std::prev(end));
  if (!same) {
    MESSAGE("in " << utc(from) << " to " << utc(until) << " expected " << count << " slots to " << utc(*std::prev(end))
                  << ", got " << (stretch ? stretch->count : 0) << " to "
                  << (stretch ? belfry::format_utc(stretch->last) : ""));
  }
  return same;
}

void check_change(const std::string& zone, Instant change, oracle::LineMaker& maker) {
  const Instant from = change - day - day / 2, until = change + day + day / 2;
  const oracle::Walk walk(zone, from - 2 * day, until + 2 * day);
  const Reading before = oracle::reading_at(zone, change - 1) + 1, after = oracle::reading_at(zone, change);
  for (int i = 0; i < 3; ++i) {
    const Reading low = std::min(before, after), high = std::max(before, after);
    const Reading near = low + maker.pick(-1, static_cast<int>((high - low) / 60) + 1) * 60;
    const auto second = static_cast<int>((near % day + day) % day);
    const oracle::NaiveLine line = maker.around(second / 3600, second / 60 % 60);
    for (const DstPolicy dst : all_policies) {
      const std::set<Instant> due = due_in(line, walk, dst);
      const Schedule schedule = schedule_of(line, zone, dst);
      CAPTURE(zone);
      CAPTURE(line.text);
      CAPTURE(utc(change));
      CAPTURE(static_cast<int>(dst.skipped));
      CAPTURE(static_cast<int>(dst.repeated));
      REQUIRE(agrees(schedule, due, from, until));
      REQUIRE(counts_agree(schedule, due, from + maker.pick(0, 2 * static_cast<int>(day)),
                           until - maker.pick(0, static_cast<int>(day))));
      // Any instant is a good one to ask at, not only slots.
      const Instant ask = change + maker.pick(-90000, 90000);
      const auto expected = due.upper_bound(ask);
      if (expected != due.end()) REQUIRE(schedule.next_after(wall(ask)) == wall(*expected));
    }
  }
}

}  // namespace

TEST_CASE("triggers/fields_trigger: S13 S14 S15 every zone agrees with brute force around its changes") {
  oracle::LineMaker maker(3);
  const std::vector<std::string> names = oracle::zone_names();
  REQUIRE(names.size() > 300);
  // Half-hour, two-hour, negative, midnight and whole-day changes, and rules for the far future.
  const std::set<std::string> odd{"Australia/Lord_Howe", "Antarctica/Troll", "Europe/Dublin",    "Africa/Casablanca",
                                  "America/Santiago",    "Africa/Cairo",     "Asia/Beirut",      "Pacific/Apia",
                                  "America/Nuuk",        "Asia/Gaza",        "Africa/Monrovia",  "Europe/Berlin",
                                  "America/New_York",    "Asia/Manila",      "Pacific/Kwajalein"};
  std::int64_t changes_checked = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool is_chosen = is_long() || odd.contains(names[i]) || i % 16 == 5;
    if (!is_chosen) continue;
    const std::vector<Instant> changes = oracle::changes_between(names[i], year_1970, year_2100);
    const std::size_t stride = is_long() ? 1 : std::max<std::size_t>(1, changes.size() / 4);
    for (std::size_t k = 0; k < changes.size(); ++k) {
      const bool is_apia_2011 = changes[k] == 1325239200;
      if (k % stride != i % stride && !is_apia_2011) continue;
      check_change(names[i], changes[k], maker);
      ++changes_checked;
    }
  }
  CHECK(changes_checked > 150);
}

TEST_CASE("triggers/fields: S6 random lines agree with brute force in UTC") {
  oracle::LineMaker maker(6);
  const int lines = is_long() ? 20'000 : 800;
  int checked = 0, never = 0;
  for (int i = 0; i < lines; ++i) {
    const oracle::NaiveLine line = maker.any();
    CAPTURE(line.text);
    const auto schedule = belfry::parse_cron(line.text, {});
    // Every day from 2019 on for 30 years: a 29 February that is a certain weekday comes every 28.
    const Instant start = 1546300800;
    std::vector<Instant> days;
    for (Instant d = start; d < start + 30 * 366 * day; d += day) {
      if (line.holds_day(d)) days.push_back(d);
    }
    if (!schedule) {
      INFO(schedule.error().message());
      REQUIRE(days.empty());  // S7: only what never happens is refused
      ++never;
      continue;
    }
    std::vector<int> times;
    for (int hour : line.hours) {
      for (int minute : line.minutes) {
        for (int second : line.seconds) times.push_back(hour * 3600 + minute * 60 + second);
      }
    }
    if (days.empty()) continue;
    // Some days in full, the passage from each day to the next one, and the count over all of them.
    for (std::size_t k = 0; k + 1 < days.size(); k += 1 + days.size() / 40) {
      WallTime t = wall(days[k]) - belfry::Millis{1};
      const std::size_t step = 1 + times.size() / 50;
      for (std::size_t n = 0; n < times.size(); n += step) {
        t = n == 0 ? t : wall(days[k] + times[n - 1]);
        const auto next = schedule->next_after(t);
        REQUIRE(next.has_value());
        REQUIRE(belfry::format_utc(*next) == utc(days[k] + times[n]));
      }
      REQUIRE(schedule->next_after(wall(days[k] + times.back())) == wall(days[k + 1] + times.front()));
      ++checked;
    }
    // From any instant, however long before the next slot.
    for (int k = 0; k < 20; ++k) {
      const Instant ask = start + maker.pick(0, 20 * 366) * day + maker.pick(0, 86399);
      auto found = std::lower_bound(days.begin(), days.end(), ask - ask % day);
      const auto of_day = static_cast<int>(ask % day);
      auto time = std::upper_bound(times.begin(), times.end(), of_day);
      if (found != days.end() && (*found != ask - of_day || time == times.end())) {
        if (*found == ask - of_day) ++found;
        time = times.begin();
      }
      if (found == days.end()) continue;
      const auto next = schedule->next_after(wall(ask));
      CAPTURE(utc(ask));
      REQUIRE(next.has_value());
      REQUIRE(belfry::format_utc(*next) == utc(*found + *time));
    }
    const auto stretch = schedule->slots_in(wall(days.front()) - belfry::Millis{1}, wall(days.back() + day - 1));
    REQUIRE(stretch.has_value());
    REQUIRE(stretch->count == static_cast<std::int64_t>(days.size() * times.size()));
    REQUIRE(stretch->first == wall(days.front() + times.front()));
    REQUIRE(stretch->last == wall(days.back() + times.back()));
  }
  CHECK(checked > lines);
  CHECK(never < lines / 5);
}

TEST_CASE("triggers/normal_form: S6 the normal form reads back as the same schedule") {
  oracle::LineMaker maker(66);
  for (int i = 0; i < 3'000; ++i) {
    const oracle::NaiveLine line = maker.any();
    const auto schedule = belfry::parse_cron(line.text, {});
    if (!schedule) continue;
    const std::string form = schedule->normal_form();
    CAPTURE(line.text);
    CAPTURE(form);
    const auto again = belfry::read_normal_form(form, [](std::string_view) { return belfry::Zone::utc(); });
    REQUIRE(again.has_value());
    REQUIRE(again->normal_form() == form);
    WallTime t = wall(1700000000);
    for (int k = 0; k < 20; ++k) {
      const auto next = schedule->next_after(t);
      REQUIRE(again->next_after(t) == next);
      if (!next) break;
      t = *next;
    }
  }
}
