// What became of a slot, in a sentence. Pure.
#pragma once

#include <span>
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

// "Fri 2026-11-20 02:30:00 CET was skipped: ..." without the time. Among `events` is looked for what kept the slot from
// starting: that the daemon did not run, the machine slept, or the ledger could not be written, from when to when.
SlotStory story_of(const SlotRow& row, const Zone& zone, std::span<const Event> events = {});

}  // namespace belfry::cli
