// Schedules made of schedules: unions, bounds, calendars, delays. Each takes what there is and gives a new value.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <belfry/schedule.h>

#include <triggers/calendar.h>

namespace belfry {

// Due whenever one of them is; one slot per instant (S10). None of them, or only `manual`: `manual`.
Schedule any_of(std::vector<Schedule> schedules);

// `from:` and `until:` (S10): the slots in [from, until).
struct Bounds {
  std::optional<WallTime> from;
  std::optional<WallTime> until;
};
Schedule bounded(Schedule schedule, Bounds bounds);

// `exclude:` and `only:` (S10). The slots stay the same; Schedule::excluded tells which of them do not run: those on a
// day of an excluded calendar, and where `only` is not empty those on a day of none of its calendars.
struct CalendarFilter {
  std::vector<std::shared_ptr<const Calendar>> exclude;
  std::vector<std::shared_ptr<const Calendar>> only;
  std::shared_ptr<const Zone> zone = Zone::utc();  // whose days they are
};
Schedule filtered(Schedule schedule, CalendarFilter filter);

// `jitter:` and `spread:` (S11). The slots stay the same; Schedule::delay tells how much later each is due.
struct Delay {
  Millis jitter{0};  // at most this, another for each slot
  Millis spread{0};  // at most this, the same for all slots of a job
  std::string job;
  std::uint64_t salt = 0;  // another on each machine, so that those that share a file do not go together
};
Schedule delayed(Schedule schedule, Delay delay);

// Whether both are due at the same slots, and by the same delay each, as far as their first slots tell.
bool are_due_alike(const Schedule& a, const Schedule& b);

}  // namespace belfry
