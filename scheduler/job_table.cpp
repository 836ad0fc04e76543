#include <algorithm>

#include <scheduler/job_table.h>

namespace belfry {

namespace {

JobState new_job(const JobName& name, WallTime now, const std::string& normal_form) {
  return {.seen = {.job = name, .first_seen = now, .counts_from = now, .schedule_normal_form = normal_form}};
}

}  // namespace

JobTable::JobTable(const std::vector<JobMemory>& memories) {
  states_.reserve(memories.size());
  for (const JobMemory& memory : memories) {
    by_name_.emplace(memory.seen.job, static_cast<JobIndex>(states_.size()));
    states_.push_back({.seen = memory.seen,
                       .removed = memory.removed,
                       .mark = memory.mark,
                       .last = memory.last,
                       .previous_success = memory.previous_success});
  }
}

JobState* JobTable::find(const JobName& name) {
  const auto index = index_of(name);
  return index ? &states_[*index] : nullptr;
}

const JobState* JobTable::find(const JobName& name) const {
  const auto index = index_of(name);
  return index ? &states_[*index] : nullptr;
}

std::optional<JobIndex> JobTable::index_of(const JobName& name) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

JobTable::Change JobTable::load(const std::shared_ptr<const JobSet>& set, WallTime now) {
  Change change;
  std::vector<JobState> loaded;
  loaded.reserve(set->jobs.size());
  for (const Job& job : set->jobs) {
    const std::string normal_form = job.schedule.normal_form();
    JobState* known = find(job.name);
    if (known == nullptr) {
      loaded.push_back(new_job(job.name, now, normal_form));
      change.seen.push_back(loaded.back().seen);
    } else {
      loaded.push_back(std::move(*known));
      by_name_.erase(job.name);
      JobState& state = loaded.back();
      if (state.removed || state.seen.schedule_normal_form != normal_form) {
        state.removed = false;
        state.seen.counts_from = std::max(now, state.decided_upto());  // the clock may have been set back since
        state.seen.schedule_normal_form = normal_form;
        change.seen.push_back(state.seen);
      }
    }
    loaded.back().job = std::shared_ptr<const Job>(set, &job);
  }
  named_count_ = loaded.size();
  for (const auto& [name, index] : by_name_) {
    JobState& gone = states_[index];
    if (!gone.removed) change.removed.push_back({name});
    gone.removed = true;
    gone.job = nullptr;
    loaded.push_back(std::move(gone));
  }
  states_ = std::move(loaded);
  by_name_.clear();
  for (JobIndex i = 0; i < states_.size(); ++i) by_name_.emplace(states_[i].seen.job, i);
  return change;
}

}  // namespace belfry
