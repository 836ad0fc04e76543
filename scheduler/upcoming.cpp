// What will run, in the order of time.
#include <algorithm>
#include <array>
#include <limits>
#include <queue>
#include <utility>

#include <scheduler/segments.h>
#include <scheduler/state.h>

namespace belfry {

namespace {

// The slots that will run, as things stand: not excluded, not in a pause, not left out on request, not more than the
// job may have.
class Ahead {
 public:
  Ahead(const JobState& state, WallTime now) : schedule_(&state.job->schedule) {
    if (!state.job->enabled) left_ = 0;
    if (const auto& max_runs = state.job->policies->max_runs) {
      const std::int64_t started = state.extras ? state.extras->standing.runs_started : 0;
      left_ = std::min(left_, std::max<std::int64_t>(*max_runs - started, 0));
    }
    if (!state.extras) return;
    to_skip_ = state.extras->standing.skip_next;
    if (!state.is_paused(now)) return;
    const auto& until = state.extras->standing.pause->until;
    if (until) paused_until_ = *until;
    if (!until) left_ = 0;
  }

  bool is_over() const { return left_ == 0; }

  std::optional<WallTime> next_after(WallTime t) {
    if (left_ == 0) return std::nullopt;
    --left_;
    t = std::max(t, paused_until_);
    for (;;) {
      const auto next = next_allowed(*schedule_, t);
      if (!next || to_skip_ == 0) return next;
      --to_skip_;
      t = *next;
    }
  }

 private:
  const Schedule* schedule_;
  std::int64_t left_ = std::numeric_limits<std::int64_t>::max();
  std::uint32_t to_skip_ = 0;
  WallTime paused_until_ = WallTime::min();
};

// Whose turn it is: equal times in file order (S5).
using Turn = std::pair<WallTime, JobIndex>;

Turn turn_of(const DueHeap<WallTime>::Entry& entry) { return {entry.due, entry.item}; }

// Jobs that are walked forward together, each only as far as is asked for.
class Procession {
 public:
  struct Place {
    WallTime due;
    JobIndex index;
    WallTime slot;
    std::size_t walk;

    Turn turn() const { return {due, index}; }
  };

  bool empty() const { return places_.empty(); }
  // REQUIRES: not empty.
  const Place& first() const { return places_.top(); }

  void join(JobIndex index, const JobState& state, WallTime now) {
    const Ahead ahead(state, now);
    if (ahead.is_over()) return;
    walks_.push_back({.job = state.job.get(), .ahead = ahead});
    move_on({.due = {}, .index = index, .slot = state.decided_upto(), .walk = walks_.size() - 1});
  }

  // Of a measured job only one slot is known.
  void join_once(JobIndex index, WallTime slot) {
    places_.push({.due = slot, .index = index, .slot = slot, .walk = none});
  }

  void go_on() {
    const Place place = places_.top();
    places_.pop();
    if (place.walk != none) move_on(place);
  }

 private:
  static constexpr auto none = std::numeric_limits<std::size_t>::max();

  struct Walk {
    const Job* job;
    Ahead ahead;
  };
  struct Later {
    bool operator()(const Place& a, const Place& b) const { return a.turn() > b.turn(); }
  };

  void move_on(Place place) {
    Walk& walk = walks_[place.walk];
    const auto next = walk.ahead.next_after(place.slot);
    if (!next) return;
    place.slot = *next;
    place.due = *next + walk.job->schedule.delay(*next);
    places_.push(place);
  }

  std::vector<Walk> walks_;
  std::priority_queue<Place, std::vector<Place>, Later> places_;
};

// The soonest of several heaps; null where all are at their end.
template <class Heaps>
auto* soonest_of(Heaps& heaps) {
  decltype(heaps.data()) soonest = nullptr;
  for (auto& heap : heaps) {
    if (!heap.empty() && (soonest == nullptr || turn_of(heap.top()) < turn_of(soonest->top()))) soonest = &heap;
  }
  return soonest;
}

}  // namespace

std::optional<WallTime> Scheduler::State::next_start(const JobState& state) const {
  const Job& job = *state.job;
  Ahead ahead(state, now().wall);
  if (ahead.is_over()) return std::nullopt;
  if (job.measured) return state.is_paused(now().wall) ? std::nullopt : next_due_of(state);
  const auto next = ahead.next_after(state.decided_upto());
  if (!next) return std::nullopt;
  return *next + job.schedule.delay(*next);
}

// The heaps know the order of the jobs' next slots, so nobody looks at a job whose turn comes much later. Where that
// slot will not run, the one that does is later than the job's place on the heap: the job joins the procession there,
// and goes on to where it belongs.
std::vector<UpcomingSlot> Scheduler::State::upcoming(std::size_t limit, std::optional<WallTime> until) const {
  std::array heaps{due_by_wall_.in_order(), due_by_elapsed_.in_order(), held_.in_order()};
  Procession procession;
  const auto join_next_of = [&](auto& heap) {
    const JobIndex index = heap.top().item;
    heap.pop();
    const JobState& state = jobs_.at(index);
    if (!state.job->measured) return procession.join(index, state, now().wall);
    if (const auto next = next_start(state)) procession.join_once(index, *next);
  };
  std::vector<UpcomingSlot> slots;
  while (slots.size() < limit) {
    auto* heap = soonest_of(heaps);
    if (heap != nullptr && (!until || heap->top().due <= *until) &&
        (procession.empty() || turn_of(heap->top()) <= procession.first().turn())) {
      join_next_of(*heap);
      continue;
    }
    if (procession.empty() || (until && procession.first().due > *until)) break;
    const Procession::Place& next = procession.first();
    slots.push_back({.job = jobs_.at(next.index).job.get(), .at = next.slot, .due = next.due});
    procession.go_on();
  }
  return slots;
}

}  // namespace belfry
