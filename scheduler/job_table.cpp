#include <base/hash.h>
#include <base/verify.h>
#include <scheduler/clocks.h>
#include <scheduler/job_table.h>
#include <scheduler/normal_form.h>

namespace belfry {

namespace {

JobState remembered(const JobMemory& memory) {
  JobState state(memory.seen.job);
  state.first_seen = memory.seen.first_seen;
  state.counts_from = memory.seen.counts_from;
  state.form = hash_text(memory.seen.schedule_normal_form);
  state.era = memory.seen.era;
  state.was_enabled = memory.seen.enabled;
  state.removed = memory.removed;
  state.mark = memory.mark;
  if (memory.last) state.last = std::make_unique<Run>(*memory.last);
  state.previous_success = memory.previous_success;
  if (memory.last && memory.last->outcome == RunOutcome::succeeded) state.success_sequence = memory.last->sequence;
  if (memory.standing) state.need_extras().standing = *memory.standing;
  return state;
}

// The clock may have been set back since its newest slot; by more than a day, and it was wrong then (S16).
void begin_anew(JobState& state, WallTime now) {
  const bool was_wrong = state.decided_upto() - now > Clocks::wrong_min;
  if (was_wrong) state.era = Era{static_cast<std::uint32_t>(state.era) + 1};
  state.counts_from = was_wrong ? now : std::max(now, state.decided_upto());
  state.breaker = {};  // what it counted was started by another schedule
}

// The definition in state.job begins to hold, whose triggers have this form. True: the ledger is to be told.
enum class Known { not_yet, yes };
bool define(JobState& state, std::uint64_t form, WallTime now, Known known) {
  const bool is_enabled_anew = state.job->enabled && !state.was_enabled;
  const bool owes_anew = known == Known::not_yet || state.removed || state.form != form || is_enabled_anew;
  if (owes_anew) begin_anew(state, now);
  if (!owes_anew && state.was_enabled == state.job->enabled) return false;
  state.removed = false;
  state.form = form;
  state.was_enabled = state.job->enabled;
  return true;
}

// At a glance: the schedule is the same object, and nothing else says when the job is due. The configuration sees to
// it that jobs which nobody edited share theirs with the set before.
bool is_due_as_before(const JobState& state, const Job& job) {
  const auto has_schedule_only = [](const Job& one) { return !one.measured && !one.startup && !one.after; };
  return state.job && state.job->schedule.rules() == job.schedule.rules() && has_schedule_only(*state.job) &&
         has_schedule_only(job) && !state.removed && state.was_enabled == job.enabled;
}

}  // namespace

JobExtras& JobState::need_extras() {
  if (!extras) extras = std::make_unique<JobExtras>(JobExtras{.standing = {.job = name}});
  return *extras;
}

JobSeen seen_of(const JobState& state) {
  return {.job = state.name,
          .first_seen = state.first_seen,
          .counts_from = state.counts_from,
          .era = state.era,
          .enabled = state.was_enabled,
          .schedule_normal_form = triggers_normal_form(*state.job)};
}

JobTable::JobTable(const std::vector<JobMemory>& memories) {
  states_.reserve(memories.size());
  for (const JobMemory& memory : memories) {
    by_name_.emplace(memory.seen.job, static_cast<JobIndex>(states_.size()));
    remembered_forms_.emplace(memory.seen.job, memory.seen.schedule_normal_form);
    states_.push_back(remembered(memory));
  }
}

JobState* JobTable::find(const JobName& name) {
  const auto index = index_of(name);
  return index ? &states_[*index] : nullptr;
}

std::optional<JobIndex> JobTable::index_of(const JobName& name) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

std::optional<JobIndex> JobTable::named(const JobName& name) const {
  const auto index = index_of(name);
  return index && *index < named_count_ ? index : std::nullopt;
}

void JobTable::rename(const JobName& from, const JobName& to) {
  const auto found = by_name_.find(from);
  const JobIndex index = found->second;
  by_name_.erase(found);
  by_name_.emplace(to, index);
  JobState& state = states_[index];
  state.name = to;
  if (state.extras) state.extras->standing.job = to;
  if (const auto form = remembered_forms_.extract(from)) remembered_forms_.emplace(to, form.mapped());
}

// A renaming counts when the old name is known and free, and the new one is not known.
JobTable::Change JobTable::compare(const JobSet& set) {
  Change change;
  const bool is_in_place = keeps_places(set);
  std::map<JobName, const Job*> named;
  for (const Job& job : set.jobs) {
    if (!is_in_place) named.emplace(job.name, &job);
  }
  const auto find = [&](JobIndex index) -> const Job* {
    if (is_in_place) return index < named_count_ ? &set.jobs[index] : nullptr;
    const auto found = named.find(states_[index].name);
    return found == named.end() ? nullptr : found->second;
  };
  for (const Job& job : set.jobs) {
    if (is_in_place) break;
    if (!job.was || named.contains(*job.was) || !by_name_.contains(*job.was) || by_name_.contains(job.name)) continue;
    rename(*job.was, job.name);
    change.renamed.push_back({.from = *job.was, .to = job.name});
  }
  for (JobIndex index = 0; index < states_.size(); ++index) {
    const JobState& state = states_[index];
    if (state.removed) continue;
    const Job* const job = find(index);
    if (job != nullptr && is_due_as_before(state, *job)) continue;
    const bool is_removed = job == nullptr;
    const bool is_enabled_anew = !is_removed && job->enabled && !state.was_enabled;
    if (!is_removed && !is_enabled_anew && hash_text(triggers_normal_form(*job)) == state.form) continue;
    const auto form = remembered_forms_.find(state.name);
    std::string old_form = form == remembered_forms_.end() ? "" : form->second;
    const bool took_any_end = comes_after_any_end(state.job ? triggers_normal_form(*state.job) : old_form);
    const bool needs_success = job && job->after && job->after->when == AfterTrigger::When::success;
    change.ended.push_back({.index = index,
                            .old = state.job,
                            .old_form = std::move(old_form),
                            .was_enabled = state.was_enabled,
                            .is_removed = is_removed,
                            .asks_for_more = took_any_end && needs_success});
  }
  remembered_forms_.clear();
  return change;
}

JobTable::Sight JobTable::load_at(const std::shared_ptr<const JobSet>& set,
                                  const std::function<WallTime(const Job&)>& clock) {
  if (keeps_places(*set)) return load_in_place(set, clock);
  Sight sight;
  std::vector<JobState> loaded;
  loaded.reserve(set->jobs.size());
  for (const Job& job : set->jobs) {
    const WallTime now = clock(job);
    const std::uint64_t form = hash_text(triggers_normal_form(job));
    const auto known = by_name_.find(job.name);
    const bool is_new = known == by_name_.end();
    if (is_new) {
      loaded.emplace_back(job.name).first_seen = now;
    } else {
      loaded.push_back(std::move(states_[known->second]));
      by_name_.erase(known);
    }
    JobState& state = loaded.back();
    state.job = std::shared_ptr<const Job>(set, &job);
    if (define(state, form, now, is_new ? Known::not_yet : Known::yes)) sight.seen.push_back(seen_of(state));
  }
  named_count_ = loaded.size();
  for (const auto& [name, index] : by_name_) {
    JobState& gone = states_[index];
    if (!gone.removed) sight.removed.push_back({name});
    gone.removed = true;
    if (gone.job && !gone.open.empty()) gone.need_extras().left = gone.job->policies;
    gone.job = nullptr;
    loaded.push_back(std::move(gone));
  }
  states_ = std::move(loaded);
  by_name_.clear();
  for (JobIndex i = 0; i < states_.size(); ++i) by_name_.emplace(states_[i].name, i);
  return sight;
}

bool JobTable::keeps_places(const JobSet& set) const {
  if (named_count_ == 0 || named_count_ != set.jobs.size()) return false;
  for (JobIndex index = 0; index < named_count_; ++index) {
    if (states_[index].name != set.jobs[index].name) return false;
  }
  return true;
}

// What most edits are: the same jobs in the same order, and a few of them say something else.
JobTable::Sight JobTable::load_in_place(const std::shared_ptr<const JobSet>& set,
                                        const std::function<WallTime(const Job&)>& clock) {
  Sight sight;
  sight.moved.emplace();
  for (JobIndex index = 0; index < named_count_; ++index) {
    JobState& state = states_[index];
    const Job& job = set->jobs[index];
    const bool is_as_before = is_due_as_before(state, job);
    state.job = std::shared_ptr<const Job>(set, &job);
    if (is_as_before) continue;
    sight.moved->push_back(index);
    const bool is_told = define(state, hash_text(triggers_normal_form(job)), clock(job), Known::yes);
    if (is_told) sight.seen.push_back(seen_of(state));
  }
  return sight;
}

}  // namespace belfry
