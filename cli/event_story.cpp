#include <base/event_words.h>
#include <cli/event_story.h>
#include <cli/phrases.h>
#include <cli/text_width.h>
#include <cli/who.h>

namespace belfry::cli {

namespace {

Emphasis emphasis_of(EventKind kind) {
  switch (kind) {
    case EventKind::daemon_killed:
    case EventKind::config_refused:
    case EventKind::run_lost:
    case EventKind::ledger_unavailable:
    case EventKind::ledger_recovered:
      return Emphasis::bad;
    default:
      return Emphasis::plain;
  }
}

}  // namespace

EventStory story_of(const Event& event, const Zone& zone) {
  Event named = event;
  named.who = who_phrase(event.who);
  const auto time = [&](WallTime t) { return near_phrase(t, event.at, zone); };
  return {.when = local_phrase(std::chrono::floor<std::chrono::seconds>(event.at), zone),
          .emphasis = emphasis_of(event.kind),
          .told = printable(sentence_of(named, time))};
}

}  // namespace belfry::cli
