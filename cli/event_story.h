// An event for people. Pure.
#pragma once

#include <string>

#include <belfry/event.h>
#include <belfry/zone.h>

#include <cli/terminal.h>

namespace belfry::cli {

struct EventStory {
  std::string when;  // "Fri 2026-11-20 02:30:00 CET"
  Emphasis emphasis = Emphasis::plain;
  std::string told;
};
EventStory story_of(const Event& event, const Zone& zone);

}  // namespace belfry::cli
