// Configurations, and what an earlier daemon left open.
#include <algorithm>

#include <base/verify.h>
#include <scheduler/normal_form.h>
#include <scheduler/state.h>

namespace belfry {

// ---- What an earlier daemon left ----------------------------------------------------------------------------------

// Attempts are taken for alive until the launcher says what became of them; the rest waits for the first configuration,
// when the job's rules are known.
void Scheduler::State::take_over(Run run) {
  const auto index = jobs_.index_of(run.job);
  VERIFY(index.has_value());  // the ledger sees a job before its runs
  const bool is_launched = run.state == RunState::starting || run.state == RunState::running;
  const QueueIndex queue = queues_.find(run.queue);
  if (is_launched) queues_.adopt(queue);
  OpenRun open{.run = std::move(run),
               .job = *index,
               .queue = queue,
               .place = is_launched ? Place::launched : Place::delayed,
               .is_recorded = true,
               .is_resolved = !is_launched,
               .has_claim = false};
  runs_.add(std::move(open), jobs_.at(*index).open);
}

// For how long their time has come, as far as the wall clock can say.
void Scheduler::State::date_restored_runs() {
  std::vector<RunHandle> restored;
  runs_.for_each([&](RunHandle handle) { restored.push_back(handle); });
  for (const RunHandle handle : restored) {
    OpenRun& open = runs_.at(handle);
    const Millis age = now().wall - std::max(open.run.opened, open.run.due);
    open.since = now().boot - std::clamp(age, Millis{0}, Millis{std::chrono::days{366}});
  }
}

void Scheduler::State::place_restored_runs() {
  std::vector<RunHandle> restored;
  runs_.for_each([&](RunHandle handle) {
    if (runs_.at(handle).is_recorded) restored.push_back(handle);
  });
  std::sort(restored.begin(), restored.end(),
            [&](RunHandle a, RunHandle b) { return runs_.at(a).run.sequence < runs_.at(b).run.sequence; });
  for (const RunHandle handle : restored) place_restored(handle);
}

void Scheduler::State::place_restored(RunHandle handle) {
  OpenRun& open = runs_.at(handle);
  if (open.place != Place::delayed) return;
  const WallTime not_before = open.run.not_before.value_or(now().wall);
  const Millis left = not_before - now().wall;
  const bool is_retry = open.run.state == RunState::waiting;
  // The clock may have been set since; no pause gets longer by that.
  const Millis meant = not_before - (is_retry ? open.run.finished.value_or(not_before) : open.run.opened);
  const BootTime over = now().boot + std::max(Millis{0}, std::min(left, meant));
  if (is_retry) {
    open.place = Place::waiting;
    return arm(handle, over);
  }
  // An earlier daemon had let it in, unless its time has not come, or came when no daemon was there.
  open.has_claim = open.run.trigger == RunTrigger::catch_up || !open.run.not_before;
  if (left <= Millis{0}) return release(handle);
  if (open.has_claim) return arm(handle, over);
  wall_timers_.set(handle, *open.run.not_before);
  arm(handle, std::nullopt);
}

// ---- Configurations -----------------------------------------------------------------------------------------------

void Scheduler::State::take(JobsLoaded& input, Actions&) {
  const bool is_first = set_ == nullptr;
  if (may_decide()) decide_due_slots();  // what is due is due under the old definition
  const JobTable::Change change = jobs_.compare(*input.set);
  for (const JobRenamed& renamed : change.renamed) follow_renaming(renamed);
  for (const JobTable::Ended& ended : change.ended) end_definition(ended);
  set_ = std::move(input.set);
  const JobTable::Sight sight = jobs_.load(set_, [this](const Job& job) { return time_of(job); });
  for (const JobSeen& seen : sight.seen) outbox_.see(seen);
  for (const JobRemoved& removed : sight.removed) outbox_.record(removed);
  queues_.define(set_->queues);
  follow_jobs_to_their_places();
  link_dependents();
  drop_what_removed_jobs_had_in_mind();
  arm_anew(sight);
  let_go_of_held_slots();
  if (is_first) {
    place_restored_runs();  // whatever else happens in this turn comes after them
    restore_backfills();
    owes_startups_ = true;
  }
}

void Scheduler::State::arm_anew(const JobTable::Sight& sight) {
  if (!sight.moved) {
    due_by_wall_.clear();
    due_by_elapsed_.clear();
    held_.clear();
    for (JobIndex index = 0; index < jobs_.named_count(); ++index) rearm(index);
    return;
  }
  for (const JobIndex index : *sight.moved) {
    disarm(index);
    rearm(index);
  }
}

// S18: slots wait for each other as long as the job says `all`. Now that it says something else they are decided by
// that, as a daemon that begins would do it.
void Scheduler::State::let_go_of_held_slots() {
  for (JobIndex index = 0; index < jobs_.named_count(); ++index) {
    JobState& state = jobs_.at(index);
    if (!state.is_held || state.policies().missed.action == MissedPolicy::Action::all) continue;
    state.is_held = false;
    rearm(index);
  }
}

void Scheduler::State::follow_renaming(const JobRenamed& renamed) {
  outbox_.record(renamed);
  const JobState& state = *jobs_.find(renamed.to);
  runs_.for_each_of(state.open, [&](RunHandle handle) { runs_.at(handle).run.job = renamed.to; });
  for (JobIndex index = 0; index < jobs_.size(); ++index) {
    const auto& extras = jobs_.at(index).extras;
    if (extras) std::ranges::replace(extras->standing.causes, renamed.from, renamed.to);
  }
  if (!state.extras) return;
  for (Backfill& backfill : state.extras->backfills) backfill.job = renamed.to;
}

// S19: slots that came under a definition which ends now, and that nobody could decide, do not run any more. They are
// counted under the definition that they belong to.
void Scheduler::State::end_definition(const JobTable::Ended& ended) {
  JobState& state = jobs_.at(ended.index);
  std::optional<Schedule> schedule;
  if (ended.old) {
    schedule = ended.old->schedule;
  } else if (options_.parse_normal_form) {
    schedule = options_.parse_normal_form(schedule_form(ended.old_form));
  }
  state.is_held = false;
  if (ended.asks_for_more && state.extras && !state.extras->standing.causes.empty()) {
    state.extras->standing.causes.clear();
    record_standing(state);
  }
  if (!schedule) return;
  const WallTime time = schedule->follows_elapsed_time() ? clocks_.elapsed() : now().wall;
  const auto stretch = schedule->slots_in(state.decided_upto(), time);
  if (!stretch) return;
  const SlotFate fate = !ended.was_enabled ? SlotFate{.reason = Reason::disabled}
                        : ended.is_removed
                            ? SlotFate{.reason = Reason::job_removed}
                            : SlotFate{.outcome = SlotOutcome::missed, .reason = Reason::schedule_changed};
  record_slots(state, *stretch, fate);
}

// Jobs have new numbers: those of their lines in the file.
void Scheduler::State::follow_jobs_to_their_places() {
  idle_.clear();
  for (JobIndex index = 0; index < jobs_.size(); ++index) {
    JobState& state = jobs_.at(index);
    runs_.for_each_of(state.open, [&](RunHandle handle) {
      runs_.at(handle).job = index;
      if (runs_.at(handle).place != Place::launched) set_timer(handle);  // its deadline may be another one now
    });
    const bool has_plans = state.is_held || (state.extras && !state.extras->backfills.empty());
    if (!state.open.empty() || has_plans) idle_.push_back(index);
  }
}

// F55: what executes goes on under the definition it was started with; what was still to come does not.
void Scheduler::State::drop_what_removed_jobs_had_in_mind() {
  for (auto index = static_cast<JobIndex>(jobs_.named_count()); index < jobs_.size(); ++index) {
    JobState& state = jobs_.at(index);
    runs_.for_each_of(state.open, [&](RunHandle handle) {
      if (runs_.at(handle).place == Place::launched) return;
      close_run(handle, RunOutcome::cancelled, Reason::job_removed);
    });
    if (!state.extras) continue;
    for (const Backfill& backfill : state.extras->backfills) outbox_.record(BackfillEnded{backfill.id});
    state.extras->backfills.clear();
  }
}

void Scheduler::State::link_dependents() {
  for (JobIndex index = 0; index < jobs_.size(); ++index) {
    if (jobs_.at(index).extras) jobs_.at(index).extras->dependents.clear();
  }
  for (JobIndex index = 0; index < jobs_.named_count(); ++index) {
    if (!jobs_.at(index).job->after) continue;
    for (const JobName& cause : jobs_.at(index).job->after->jobs) {
      if (const auto found = jobs_.named(cause)) jobs_.at(*found).need_extras().dependents.push_back(index);
    }
  }
}

void Scheduler::State::restore_backfills() {
  for (auto& [id, backfill] : left_backfills_) {
    if (const auto index = jobs_.named(backfill.job)) {
      jobs_.at(*index).need_extras().backfills.push_back(std::move(backfill));
      idle_.push_back(*index);
    } else {
      outbox_.record(BackfillEnded{id});
    }
  }
  left_backfills_.clear();
}

}  // namespace belfry
