// Instants as people type them: with an offset, or as the clock reads in the zone in which the daemon shows its times.
#pragma once

#include <string>

#include <belfry/error.h>
#include <belfry/time.h>
#include <belfry/zone.h>

#include <cli/daemon_link.h>

namespace belfry::cli {

// `2026-12-01T22:00:00+01:00`, `2026-12-01 22:00`, `2026-12-01`, or `22:00`: today's, as seen from `now`.
// bad_input: what it is not, or a time that does not exist or comes twice that day.
Result<WallTime> read_instant(std::string_view text, const Zone& zone, WallTime now);

// The same where a time to come is meant: a time of day that is over today is tomorrow's, and a duration counts from
// `now` on.
Result<WallTime> read_coming_instant(std::string_view text, const Zone& zone, WallTime now);

// The daemon's clock, and the zone it shows times in.
struct DaemonTime {
  WallTime now;
  std::shared_ptr<const Zone> zone;
};
Result<DaemonTime> ask_time(const DaemonLink& daemon);

// What `text` means to the daemon, as RFC 3339 in UTC. Empty stays empty.
Result<std::string> instant_for(const DaemonLink& daemon, const std::string& text);

// The same, and a duration means so long ago.
Result<std::string> past_instant_for(const DaemonLink& daemon, const std::string& text);

// As read_coming_instant() reads it.
Result<std::string> coming_instant_for(const DaemonLink& daemon, const std::string& text);

// For CLI11's check(): why it is none; empty if it is one. Whether a time exists in the daemon's zone shows later.
std::string check_duration(const std::string& text);
std::string check_instant(const std::string& text);
std::string check_instant_or_duration(const std::string& text);

}  // namespace belfry::cli
