// What became of a slot, in a sentence. Pure.
#pragma once

#include <string>

#include <belfry/zone.h>

#include <cli/document.h>
#include <cli/terminal.h>

namespace belfry::cli {

struct SlotStory {
  std::string when;  // "Fri 2026-11-20 02:30:00 CET", or first and last of a stretch
  Emphasis emphasis = Emphasis::plain;
  std::string told;  // "skipped: run 01KA... for 01:30 was still running; it ended 02:41"
};

// "Fri 2026-11-20 02:30:00 CET was skipped: ..." without the time.
SlotStory story_of(const SlotRow& row, const Zone& zone);

}  // namespace belfry::cli
