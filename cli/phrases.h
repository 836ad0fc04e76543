// Spans and instants in the words of a person. Pure.
#pragma once

#include <string>

#include <belfry/record.h>
#include <belfry/run.h>
#include <belfry/time.h>
#include <belfry/zone.h>

#include <cli/terminal.h>

namespace belfry::cli {

std::string until_phrase(WallTime then, WallTime now);   // "in 34s", "in 15h 28m", "now"
std::string since_phrase(WallTime then, WallTime now);   // "34s ago", "8h ago", "just now"
std::string took_phrase(Millis span);                    // "340ms", "0m03s", "41m12s", "2h05m", "3d04h"
std::string local_phrase(WallTime t, const Zone& zone);  // "Fri 2026-03-27 02:30:00 CET"

// To the second; the time of day alone where it is the same day: "02:41:00"
std::string near_phrase(WallTime t, WallTime beside, const Zone& zone);

// How a run stands, as a sign and a colour: ✓ ✗ ● –
struct Sign {
  std::string mark;
  Emphasis emphasis = Emphasis::plain;
};
Sign sign_of(const Run& run);
Sign sign_of(RunOutcome outcome);

// "since Fri 2026-11-20 09:00:00 CET by uid 0 until ...: disk swap"
std::string pause_phrase(const Pause& pause, const Zone& zone);

// "succeeded", "exit 2", "SIGKILL", "could not start", "lost (reboot)", "running"
std::string standing_phrase(const Run& run);

}  // namespace belfry::cli
