// What follows from other runs: jobs that come after, backfills, and what a start of the daemon sets off.
#include <algorithm>

#include <scheduler/segments.h>
#include <scheduler/state.h>

namespace belfry {

// ---- After other jobs (S9) ----------------------------------------------------------------------------------------

namespace {

bool counts_for(AfterTrigger::When when, RunOutcome outcome) {
  switch (when) {
    case AfterTrigger::When::success:
      return outcome == RunOutcome::succeeded;
    case AfterTrigger::When::failure:
      return is_failure(outcome);
    case AfterTrigger::When::always:
      return outcome != RunOutcome::skipped;
  }
  return false;
}

}  // namespace

void Scheduler::State::trigger_dependents(JobIndex index, const Run& closed) {
  if (!jobs_.at(index).extras) return;
  const std::vector<JobIndex> dependents = jobs_.at(index).extras->dependents;
  for (const JobIndex dependent : dependents) {
    const AfterTrigger& after = *jobs_.at(dependent).job->after;
    if (!counts_for(after.when, *closed.outcome)) continue;
    const bool all_wanted = after.when != AfterTrigger::When::failure;
    if (all_wanted && !has_all_causes(jobs_.at(dependent), after, closed.job)) continue;
    start_by_itself(
        dependent,
        with_delay({.trigger = RunTrigger::after, .cause = closed.id, .cause_job = closed.job.text()}, after.delay));
  }
}

// Notes that one more job has done its part since this job's last run.
bool Scheduler::State::has_all_causes(JobState& state, const AfterTrigger& after, const JobName& newest) {
  if (after.jobs.size() == 1) return true;
  std::vector<JobName>& causes = state.need_extras().standing.causes;
  if (std::find(causes.begin(), causes.end(), newest) == causes.end()) {
    causes.push_back(newest);
    record_standing(state);
  }
  return std::all_of(after.jobs.begin(), after.jobs.end(),
                     [&](const JobName& job) { return std::find(causes.begin(), causes.end(), job) != causes.end(); });
}

Scheduler::State::Opening Scheduler::State::with_delay(Opening opening, Millis delay) const {
  if (delay <= Millis{0}) return opening;
  opening.place = Place::delayed;
  opening.has_claim = false;
  opening.delay = delay;
  opening.due = now().wall + delay;
  return opening;
}

// A run that nobody asked for and no slot is for. If it may not start, it is there all the same, closed, with the
// reason.
void Scheduler::State::start_by_itself(JobIndex index, Opening opening) {
  JobState& state = jobs_.at(index);
  if (!state.job->enabled) return decline(index, std::move(opening), {.reason = Reason::disabled});
  if (state.is_paused(now().wall)) return decline(index, std::move(opening), {.reason = Reason::paused});
  if (const auto entered = enter(index, opening); !entered) decline(index, std::move(opening), entered.error());
}

// ---- A start of the daemon, or of the machine ---------------------------------------------------------------------

void Scheduler::State::fire_startups() {
  for (JobIndex index = 0; index < jobs_.named_count(); ++index) {
    JobState& state = jobs_.at(index);
    if (!state.job->startup) continue;
    if (state.job->startup->when == StartupTrigger::When::each_boot) {
      JobStanding& standing = state.need_extras().standing;
      if (standing.startup_boot == options_.boot) continue;
      standing.startup_boot = options_.boot;
      record_standing(state);
    }
    // The one that an earlier daemon set off may still be open.
    bool is_open = false;
    runs_.for_each_of(state.open, [&](RunHandle handle) {
      is_open = is_open || runs_.at(handle).run.trigger == RunTrigger::startup;
    });
    if (!is_open) start_by_itself(index, with_delay({.trigger = RunTrigger::startup}, state.job->startup->delay));
  }
}

// ---- Backfills ----------------------------------------------------------------------------------------------------

void Scheduler::State::begin_backfill(JobIndex index, Backfill backfill) {
  backfill.id = ++last_sequence_;
  outbox_.record(BackfillMoved{backfill});
  jobs_.at(index).need_extras().backfills.push_back(std::move(backfill));
  idle_.push_back(index);
}

// One run at a time, and only when the job has nothing else to do.
void Scheduler::State::go_on_with_backfill(JobIndex index) {
  JobState& state = jobs_.at(index);
  while (state.extras && !state.extras->backfills.empty() && is_idle(state)) {
    Backfill& backfill = state.extras->backfills.front();
    const auto slot = next_allowed(state.job->schedule, backfill.reached);
    if (!slot || *slot > backfill.upto) {
      outbox_.record(BackfillEnded{backfill.id});
      state.extras->backfills.erase(state.extras->backfills.begin());
      continue;
    }
    backfill.reached = *slot;
    outbox_.record(BackfillMoved{backfill});
    open_run(index, {.trigger = RunTrigger::backfill,
                     .nominal = *slot,
                     .requested_by = backfill.requested_by,
                     .params = backfill.params});
  }
}

// ---- Idle jobs ----------------------------------------------------------------------------------------------------

// A run of these jobs has ended, or waits: others may go on.
void Scheduler::State::settle_idle_jobs() {
  while (!idle_.empty()) {
    const JobIndex index = idle_.back();
    idle_.pop_back();
    JobState& state = jobs_.at(index);
    if (state.job == nullptr) continue;
    let_followers_in(index);
    const bool idle = is_idle(state);
    // Held slots wait for what catches up (S18), not for other runs of the job beside it.
    if (idle || (state.is_held && !is_catching_up(state))) {
      state.goes_on = std::exchange(state.is_held, false);
      if (state.goes_on || state.job->measured) rearm(index);
    }
    if (idle) go_on_with_backfill(index);
  }
}

}  // namespace belfry
