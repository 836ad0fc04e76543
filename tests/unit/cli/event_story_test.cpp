#include <doctest/doctest.h>

#include <base/text.h>
#include <cli/event_story.h>

using namespace belfry;
using namespace belfry::cli;
using namespace std::chrono_literals;

TEST_CASE("cli/event_story: S42 an event has its time in full, and times in its sentence as short as they can be") {
  Event event{.at = parse_rfc3339("2026-11-20T02:40:00.500Z").value(), .kind = EventKind::daemon_started};
  event.since = event.at - 40min;
  event.detail = "belfry\x1b[31m";
  const EventStory story = story_of(event, *Zone::utc());
  CHECK(story.when == "Fri 2026-11-20 02:40:00 UTC");
  CHECK(story.told.find("it did not run from 02:00:00, for 40m") != std::string::npos);
  CHECK(story.told.find('\x1b') == std::string::npos);
  CHECK(story.emphasis == Emphasis::plain);
  event.since = event.at - 24h;
  CHECK(story_of(event, *Zone::utc()).told.find("from Thu 2026-11-19 02:40:00 UTC, for 1d") != std::string::npos);
  event.kind = EventKind::daemon_killed;
  CHECK(story_of(event, *Zone::utc()).emphasis == Emphasis::bad);
}

TEST_CASE("cli/event_story: S42 who asked is named, where this machine knows the number") {
  Event event{.at = parse_rfc3339("2026-11-20T02:40:00Z").value(), .kind = EventKind::job_paused};
  const auto told_of = [&](const char* who) {
    event.who = who;
    return story_of(event, *Zone::utc()).told;
  };
  CHECK(told_of("uid 0") == "paused by uid 0 (root)");
  CHECK(told_of("uid 3999999999") == "paused by uid 3999999999");
  CHECK(told_of("uid nobody knows") == "paused by uid nobody knows");
  CHECK(told_of("the daemon") == "paused by the daemon");
}
