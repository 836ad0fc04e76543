// Text -> Schedule. Everything a person may write for "when", and what is wrong with it.
//
// The schedule string is a cron line of 5, 6 or 7 fields (S6), `@daily` and its like, `every 15m` (S8), or `manual`;
// the functions below it take the values of the map form, one per key. Nothing is guessed: what could mean two things
// is refused, with the cure for each.
//
//   const ScheduleContext context{.zone = berlin, .job = "nightly-backup"};
//   const auto schedule = parse_schedule("30 2 * * *", context);
//   if (!schedule) report(schedule.error().offset, schedule.error().what, schedule.error().hint);
//
// Pure. THREADS: any.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <belfry/error.h>
#include <belfry/schedule.h>
#include <belfry/zone.h>

#include <triggers/dst.h>

namespace belfry {

struct [[nodiscard]] ParseProblem {
  std::size_t offset = 0;  // where in the text, in bytes from 0; equal to its size: at its end
  std::string what;        // "hour 25 is above 23"
  std::string hint;        // the cure, "hours go from 0 to 23"; may be empty

  // Both in one line, for logs: "hour 25 is above 23 (hours go from 0 to 23)".
  std::string message() const { return hint.empty() ? what : what + " (" + hint + ")"; }
};

template <class T>
using Parsed = std::expected<T, ParseProblem>;

// What the text alone does not say. REQUIRES: zone is not null.
struct ScheduleContext {
  std::shared_ptr<const Zone> zone = Zone::utc();
  std::string_view job;  // decides what `H` stands for
  DstPolicy dst;
  // Finds the zone that a calendar line ends with; `UTC` is known without it.
  std::function<Result<std::shared_ptr<const Zone>>(std::string_view)> zone_named = {};
};

// The schedule string of a job.
Parsed<Schedule> parse_schedule(std::string_view text, const ScheduleContext& context);

// `cron:` a cron line, or `@daily` and its like.
Parsed<Schedule> parse_cron(std::string_view text, const ScheduleContext& context);

// `every:` a duration, 100 ms or more: a grid fixed at the epoch, or at `anchor` (S8).
Parsed<Schedule> parse_every(std::string_view text, WallTime anchor = WallTime{});

// `on_calendar:` a line of systemd's calendar grammar (S9). A zone at its end replaces the context's.
Parsed<Schedule> parse_calendar(std::string_view text, const ScheduleContext& context);

// `at:` one instant (S9), as parse_instant reads it, but with a time of day.
Parsed<Schedule> parse_at(std::string_view text, const ScheduleContext& context);

// `from:`, `until:`: RFC 3339 with an offset, or a date and time in the zone: `2026-12-01T22:00:00+01:00`,
// `2026-12-01 22:00`, or the day alone, which is its first instant. A reading that does not exist, or comes twice, is
// refused with the two offsets to choose from.
Parsed<WallTime> parse_instant(std::string_view text, const Zone& zone);

}  // namespace belfry
