// A clock that must be wrong: a machine without a battery for it begins at some old time, until the network tells it
// the right one. A start waits for that a little (`daemon.wait_for_clock`), so that what was missed is not decided by a
// time that is about to change.
#pragma once

#include <optional>
#include <string>

#include <belfry/error.h>
#include <belfry/time.h>

#include <daemon/alarm.h>
#include <daemon/clock.h>
#include <daemon/service_manager.h>
#include <daemon/signals.h>

namespace belfry {

// What is certainly over.
struct KnownPast {
  WallTime built;
  std::optional<WallTime> written;  // the newest change of the ledger, by the clock of an earlier daemon
};

// The newest change of the ledger at this path, or of what SQLite keeps beside it.
std::optional<WallTime> newest_change(const std::string& ledger_path);

// In words; empty: it may be right.
std::string why_clock_is_wrong(WallTime now, const KnownPast& past);

enum class ClockWait {
  settled,   // it may be right; in nearly every case at once
  given_up,  // it still is not: the daemon goes on with what it has
  stopped,   // somebody wants the daemon to stop
};

struct Waiting {
  SystemClock& clock;
  Alarm& alarm;
  Signals& signals;
  ServiceManager& manager;
};

// Waits until the clock may be right, at most so long. What it waits for is in the log, and told to the manager.
Result<ClockWait> wait_for_clock(const Waiting& waiting, const KnownPast& past, Millis limit);

}  // namespace belfry
