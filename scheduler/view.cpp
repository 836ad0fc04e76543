// The read model.
#include <algorithm>

#include <scheduler/segments.h>
#include <scheduler/state.h>

namespace belfry {

JobView Scheduler::State::view_of(JobIndex index) const {
  const JobState& state = jobs_.at(index);
  const Schedule& schedule = state.job->schedule;
  JobView view{.job = state.job.get(), .last = state.last};
  if (const auto next = next_allowed(schedule, state.decided_upto()); next && state.job->enabled) {
    view.next = *next + schedule.delay(*next);
  }
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
  std::vector<WallTime> slot_of(jobs_.named_count());
  const auto move_on = [&](JobIndex index, WallTime after) {
    const Schedule& schedule = jobs_.at(index).job->schedule;
    const auto next = next_allowed(schedule, after);
    if (!next) return ahead.erase(index);
    slot_of[index] = *next;
    ahead.set(index, *next + schedule.delay(*next));
  };
  for (JobIndex index = 0; index < jobs_.named_count(); ++index) {
    if (jobs_.at(index).job->enabled) move_on(index, jobs_.at(index).decided_upto());
  }
  std::vector<UpcomingSlot> slots;
  while (slots.size() < limit && !ahead.empty()) {
    const auto [due, index] = ahead.top();
    if (until && due > *until) break;
    slots.push_back({.job = jobs_.at(index).job.get(), .at = slot_of[index], .due = due});
    move_on(index, slot_of[index]);
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
