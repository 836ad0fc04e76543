#include <algorithm>

#include <scheduler/missed.h>

namespace belfry {

MissedDecision decide_missed(const DueSlots& due) {
  const WallTime newest = due.stretch.last;
  Millis within = std::chrono::days{1};
  if (due.next) within = std::max(within, *due.next - newest);
  const Millis late = due.now - newest;
  if (late > within) return {};
  return {.run = newest, .is_catch_up = due.stretch.count > 1 || late >= catch_up_lateness};
}

}  // namespace belfry
