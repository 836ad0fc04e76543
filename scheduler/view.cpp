// The read model.
#include <algorithm>

#include <scheduler/segments.h>
#include <scheduler/state.h>

namespace belfry {

namespace {

// The first slot that will run, as things stand: not excluded, not in a pause, not left out on request.
class Ahead {
 public:
  Ahead(const JobState& state, WallTime now) : schedule_(state.job->schedule) {
    if (!state.extras) return;
    to_skip_ = state.extras->standing.skip_next;
    if (!state.is_paused(now)) return;
    paused_until_ = state.extras->standing.pause->until.value_or(WallTime::max());
  }

  std::optional<WallTime> next_after(WallTime t) {
    if (paused_until_ == WallTime::max()) return std::nullopt;
    if (paused_until_) t = std::max(t, *paused_until_);
    for (;;) {
      const auto next = next_allowed(schedule_, t);
      if (!next || to_skip_ == 0) return next;
      --to_skip_;
      t = *next;
    }
  }

 private:
  const Schedule& schedule_;
  std::uint32_t to_skip_ = 0;
  std::optional<WallTime> paused_until_;
};

}  // namespace

JobView Scheduler::State::view_of(JobIndex index) const {
  const JobState& state = jobs_.at(index);
  JobView view{.job = state.job.get()};
  if (state.last) view.last = *state.last;
  if (state.is_paused(now().wall)) view.pause = state.extras->standing.pause;
  if (state.extras) {
    view.skip_next = state.extras->standing.skip_next;
    if (!state.extras->backfills.empty()) view.backfill = state.extras->backfills.front();
  }
  view.next = next_start(state);
  runs_.for_each_of(state.open, [&](RunHandle handle) { view.open.push_back(runs_.at(handle).run); });
  return view;
}

std::optional<WallTime> Scheduler::State::next_start(const JobState& state) const {
  const Job& job = *state.job;
  if (!job.enabled) return std::nullopt;
  if (job.measured) return state.is_paused(now().wall) ? std::nullopt : next_due_of(state);
  const auto next = Ahead(state, now().wall).next_after(state.decided_upto());
  if (!next) return std::nullopt;
  return *next + job.schedule.delay(*next);
}

std::size_t Scheduler::State::paused_count() const {
  std::size_t count = 0;
  for (JobIndex index = 0; index < jobs_.named_count(); ++index)
    if (jobs_.at(index).is_paused(now().wall)) ++count;
  return count;
}

std::vector<JobView> Scheduler::State::jobs() const {
  std::vector<JobView> views;
  views.reserve(jobs_.named_count());
  for (JobIndex index = 0; index < jobs_.named_count(); ++index) views.push_back(view_of(index));
  return views;
}

std::optional<JobView> Scheduler::State::job(const JobName& name) const {
  const auto index = jobs_.named(name);
  if (!index) return std::nullopt;
  return view_of(*index);
}

// A heap of its own walks all jobs forward together: only as far as was asked for.
std::vector<UpcomingSlot> Scheduler::State::upcoming(std::size_t limit, std::optional<WallTime> until) const {
  DueHeap<WallTime> ahead;
  std::vector<WallTime> slot_of(jobs_.named_count());
  std::vector<Ahead> walks;
  walks.reserve(jobs_.named_count());
  const auto move_on = [&](JobIndex index, WallTime after) {
    const Job& job = *jobs_.at(index).job;
    const auto next = job.measured ? std::nullopt : walks[index].next_after(after);
    if (!next) return ahead.erase(index);
    slot_of[index] = *next;
    ahead.set(index, *next + job.schedule.delay(*next));
  };
  for (JobIndex index = 0; index < jobs_.named_count(); ++index) {
    const JobState& state = jobs_.at(index);
    walks.emplace_back(state, now().wall);
    if (!state.job->enabled) continue;
    move_on(index, state.decided_upto());
    if (!state.job->measured) continue;
    if (const auto next = next_start(state)) {
      slot_of[index] = *next;
      ahead.set(index, *next);
    }
  }
  std::vector<UpcomingSlot> slots;
  while (slots.size() < limit && !ahead.empty()) {
    const WallTime due = ahead.top().due;
    const JobIndex index = ahead.top().item;
    if (until && due > *until) break;
    slots.push_back({.job = jobs_.at(index).job.get(), .at = slot_of[index], .due = due});
    move_on(index, slot_of[index]);
  }
  return slots;
}

std::vector<Run> Scheduler::State::open_runs() const {
  std::vector<Run> runs;
  runs.reserve(runs_.size());
  runs_.for_each([&](RunHandle handle) { runs.push_back(runs_.at(handle).run); });
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.sequence < b.sequence; });
  return runs;
}

std::vector<QueueView> Scheduler::State::queues() const {
  std::vector<QueueView> views;
  for (QueueIndex queue = 0; queue < queues_.size(); ++queue) {
    views.push_back({.definition = queues_.definition(queue),
                     .running = queues_.running(queue),
                     .waiting = queues_.waiting(queue)});
  }
  std::sort(views.begin(), views.end(),
            [](const QueueView& a, const QueueView& b) { return a.definition.name < b.definition.name; });
  return views;
}

}  // namespace belfry
