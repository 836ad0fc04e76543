#include <algorithm>

#include <scheduler/missed.h>

namespace belfry {

MissedDecision decide_missed(const DueSlots& due) {
  Millis within = std::chrono::days{1};
  if (due.next) within = std::max(within, *due.next - due.newest);
  const Millis late = due.now - (due.newest + due.delay);
  if (late > within) return {};
  return {.runs = true, .is_catch_up = due.count > 1 || late >= catch_up_lateness};
}

}  // namespace belfry
