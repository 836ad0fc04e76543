// Slots that may be decided a moment before they come (S5).
#include <algorithm>

#include <scheduler/state.h>

namespace belfry {

namespace {

// None: it is empty.
template <class Time>
std::optional<Millis> until_top(const DueHeap<Time>& heap, Time now) {
  return heap.empty() ? std::nullopt : std::optional(heap.top().due - now);
}

}  // namespace

// What may happen before the slots come is that a run ends, or that a person asks for something. Ends matter to jobs
// that have a run open, to runs that wait for a place, and to slots that would find their queue full; people are
// answered when the time has come, so it is as if they had asked then.
std::optional<Millis> Scheduler::State::sure_ahead(Millis most) const {
  if (!may_decide() || queues_.does_anybody_wait()) return std::nullopt;
  const auto timer = until_top(timers_, now().boot);
  const auto wall_timer = until_top(wall_timers_, now().wall);
  if ((timer && *timer <= most) || (wall_timer && *wall_timer <= most)) return std::nullopt;
  const auto by_wall = until_top(due_by_wall_, now().wall);
  const auto by_elapsed = until_top(due_by_elapsed_, clocks_.elapsed());
  if (!by_wall && !by_elapsed) return std::nullopt;
  const Millis away = std::min(by_wall.value_or(Millis::max()), by_elapsed.value_or(Millis::max()));
  const bool is_near = away > Millis{0} && away <= most;
  std::size_t count = 0;
  const auto is_sure = [&](JobIndex index) {
    const JobState& state = jobs_.at(index);
    return state.open.empty() && queues_.has_room_for(state.policies().queue, ++count);
  };
  const bool all_are = is_near && due_by_wall_.all_until(now().wall + away, is_sure) &&
                       due_by_elapsed_.all_until(clocks_.elapsed() + away, is_sure);
  return all_are ? std::optional(away) : std::nullopt;
}

}  // namespace belfry
