#include <doctest/doctest.h>

#include <base/text.h>
#include <scheduler/segments.h>
#include <triggers/calendar.h>
#include <triggers/combine.h>
#include <triggers/parse.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

WallTime at(const char* text) { return parse_rfc3339(text).value(); }

Schedule without(const Schedule& schedule, const char* days) {
  auto calendar = std::make_shared<Calendar>("off");
  REQUIRE(calendar->add(days).has_value());
  return filtered(schedule, {.exclude = {calendar}});
}

std::string describe(const std::vector<Segment>& segments) {
  std::string text;
  for (const Segment& segment : segments) {
    text += format_utc(segment.slots.first) + ".." + format_utc(segment.slots.last) + " x" +
            std::to_string(segment.slots.count) + (segment.excluded ? " excluded\n" : "\n");
  }
  return text;
}

}  // namespace

TEST_CASE(
    "scheduler/segments: S10 a stretch is divided where a calendar begins and ends, however many slots there are") {
  const Schedule each_second = without(parse_schedule("every 1s", {}).value(), "SAT-SUN");
  // Thursday noon to Tuesday noon.
  const auto stretch = each_second.slots_in(at("2026-01-01T12:00:00Z"), at("2026-01-06T12:00:00Z")).value();
  CHECK(describe(divide(each_second, stretch)) ==
        "2026-01-01T12:00:01Z..2026-01-02T23:59:59Z x129599\n"
        "2026-01-03T00:00:00Z..2026-01-04T23:59:59Z x172800 excluded\n"
        "2026-01-05T00:00:00Z..2026-01-06T12:00:00Z x129601\n");
}

TEST_CASE("scheduler/segments: S10 without calendars a stretch is one segment") {
  const Schedule schedule = parse_schedule("every 1s", {}).value();
  const auto stretch = schedule.slots_in(at("2020-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z")).value();
  CHECK(divide(schedule, stretch).size() == 1);
}

TEST_CASE("scheduler/segments: S10 a union is excluded where all that are due are excluded") {
  const Schedule both =
      any_of({without(parse_schedule("0 6 * * *", {}).value(), "SAT-SUN"), parse_schedule("0 18 * * *", {}).value()});
  const auto stretch = both.slots_in(at("2026-01-02T00:00:00Z"), at("2026-01-04T00:00:00Z")).value();
  CHECK(describe(divide(both, stretch)) ==
        "2026-01-02T06:00:00Z..2026-01-02T18:00:00Z x2\n"
        "2026-01-03T06:00:00Z..2026-01-03T06:00:00Z x1 excluded\n"
        "2026-01-03T18:00:00Z..2026-01-03T18:00:00Z x1\n");
}

TEST_CASE(
    "scheduler/segments: S10 the next slot that runs is found over excluded days, and a job that never runs has none") {
  const Schedule schedule = parse_schedule("every 1s", {}).value();
  CHECK(next_allowed(without(schedule, "SAT-SUN"), at("2026-01-02T23:59:59Z")) == at("2026-01-05T00:00:00Z"));
  CHECK_FALSE(next_allowed(without(schedule, "MON-SUN"), at("2026-01-02T00:00:00Z")).has_value());
  CHECK_FALSE(next_allowed(Schedule{}, at("2026-01-02T00:00:00Z")).has_value());
}
