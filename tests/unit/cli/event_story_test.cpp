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
