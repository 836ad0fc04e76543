#include <base/words.h>
#include <triggers/due_times.h>

namespace belfry {

std::vector<DueTime> due_times(const Schedule& schedule, WallTime after, std::size_t count) {
  std::vector<DueTime> times;
  for (WallTime t = after; times.size() < count;) {
    const auto next = schedule.next_after(t);
    if (!next) break;
    times.push_back({.at = *next, .note = joined(schedule.notes(t, *next), "; ")});
    t = *next;
  }
  return times;
}

}  // namespace belfry
