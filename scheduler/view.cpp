// The read model.
#include <algorithm>

#include <scheduler/state.h>

namespace belfry {

JobView Scheduler::State::view_of(JobIndex index) const {
  const JobState& state = jobs_.at(index);
  JobView view{.job = state.job.get(), .next = {}, .last = state.last, .open = {}};
  if (state.job->enabled) view.next = state.job->schedule.next_after(state.decided_upto());
  for (const RunId& id : state.open) view.open.push_back(open_.at(id).run);
  return view;
}

std::vector<JobView> Scheduler::State::jobs() const {
  std::vector<JobView> views;
  views.reserve(jobs_.named_count());
  for (JobIndex index = 0; index < jobs_.named_count(); ++index) views.push_back(view_of(index));
  return views;
}

std::optional<JobView> Scheduler::State::job(const JobName& name) const {
  const auto index = jobs_.index_of(name);
  if (!index || *index >= jobs_.named_count()) return std::nullopt;
  return view_of(*index);
}

// A heap of its own walks all jobs forward together: only as far as was asked for.
std::vector<UpcomingSlot> Scheduler::State::upcoming(std::size_t limit, std::optional<WallTime> until) const {
  DueHeap<WallTime> ahead;
  for (JobIndex index = 0; index < jobs_.named_count(); ++index) {
    if (const auto next = view_of(index).next) ahead.set(index, *next);
  }
  std::vector<UpcomingSlot> slots;
  while (slots.size() < limit && !ahead.empty()) {
    const auto [at, index] = ahead.top();
    if (until && at > *until) break;
    const Job& job = *jobs_.at(index).job;
    slots.push_back({.job = &job, .at = at});
    if (const auto next = job.schedule.next_after(at)) {
      ahead.set(index, *next);
    } else {
      ahead.erase(index);
    }
  }
  return slots;
}

std::vector<Run> Scheduler::State::open_runs() const {
  std::vector<Run> runs;
  for (const auto& [id, open] : open_) runs.push_back(open.run);
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.sequence < b.sequence; });
  return runs;
}

}  // namespace belfry
