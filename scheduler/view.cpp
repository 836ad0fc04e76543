// The read model.
#include <algorithm>

#include <scheduler/state.h>

namespace belfry {

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
