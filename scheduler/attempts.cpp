// What the launcher reports, and what follows from the end of an attempt. A report about an attempt that is not open
// (or no longer this launch) changes nothing.
#include <base/attempt_outcome.h>
#include <scheduler/retry.h>
#include <scheduler/state.h>

namespace belfry {

namespace {

// What the ledger says was wanted is the truth; the minder knows only that it was told.
Reason why_stopped(const Run& run, Reason told) { return run.stop != Reason::none ? run.stop : told; }

// For a person who reads of it at night.
const char* why_lost(Reason reason) {
  switch (reason) {
    case Reason::reboot:
      return "the machine went down before its end was on record";
    case Reason::minder_killed:
      return "the belfry-minder beside it was killed, and what it had started is ended";
    case Reason::daemon_died:
      return "it executed inside the daemon, which died";
    default:
      return "";
  }
}

}  // namespace

std::optional<RunHandle> Scheduler::State::find_launched(const AttemptId& id) {
  const auto handle = runs_.find(id.run);
  if (!handle) return std::nullopt;
  OpenRun& open = runs_.at(*handle);
  if (open.place != Place::launched || open.run.attempt_id() != id) return std::nullopt;
  return handle;
}

void Scheduler::State::take(AttemptStarted& input, Actions& out) {
  const auto handle = find_launched(input.id);
  if (!handle) return;
  OpenRun& open = runs_.at(*handle);
  const bool is_found_again = !std::exchange(open.is_resolved, true);
  open.run.state = RunState::running;
  open.run.started = input.at;
  JobState& state = jobs_.at(open.job);
  const bool measures = state.job && state.job->measured && state.job->measured->from == MeasuredInterval::From::start;
  if (measures && open.run.slot && !is_found_again) {
    state.need_extras().standing.anchor = clocks_.elapsed();
    record_standing(state);
    rearm(open.job);
  }
  out.notices.push_back(RunStartedNotice{.run = open.run, .is_found_again = is_found_again});
  // The daemon that was told to stop it may have died before it did.
  if (is_found_again && open.run.stop != Reason::none) out.stops.push_back({.id = input.id, .reason = open.run.stop});
}

// While the ledger does not accept, what is said is kept here only: there is no end to what could be said.
void Scheduler::State::take(AttemptProgressed& input, Actions& out) {
  const auto handle = find_launched(input.id);
  if (!handle) return;
  Run& run = runs_.at(*handle).run;
  run.progress = std::move(input.progress);
  if (!outbox_.failing()) outbox_.record(RunChanged{run});
  out.notices.push_back(RunProgressNotice{run});
}

void Scheduler::State::take(AttemptEnded& input, Actions&) {
  const auto handle = find_launched(input.id);
  if (!handle) return;
  OpenRun& open = runs_.at(*handle);
  Run& run = open.run;
  run.end = input.end;
  run.usage = input.usage;
  run.started = input.started;
  run.finished = input.finished;
  run.detail = std::move(input.detail);
  run.result = std::move(input.result);
  const RunOutcome outcome = outcome_of(input, jobs_.at(open.job).policies());
  end_attempt(*handle, outcome, outcome == RunOutcome::cancelled ? why_stopped(run, input.reason) : input.reason);
}

void Scheduler::State::take(AttemptStartFailed& input, Actions&) {
  const auto handle = find_launched(input.id);
  if (!handle) return;
  Run& run = runs_.at(*handle).run;
  run.detail = std::move(input.detail);
  run.finished = now().wall;
  if (input.reason == Reason::deadline) return end_attempt(*handle, RunOutcome::timed_out, input.reason);
  if (input.reason != Reason::none) return end_attempt(*handle, RunOutcome::cancelled, why_stopped(run, input.reason));
  end_attempt(*handle, RunOutcome::start_failed, Reason::none);
}

void Scheduler::State::take(AttemptLost& input, Actions&) {
  const auto handle = find_launched(input.id);
  if (!handle) return;
  Run& run = runs_.at(*handle).run;
  run.finished = now().wall;
  run.detail = why_lost(input.reason);
  end_attempt(*handle, RunOutcome::lost, input.reason);
}

// S3: the recorded start provably never executed, so the same attempt is started now, under a new launch number that is
// durable before the minder sees it.
void Scheduler::State::take(AttemptNeverExecuted& input, Actions&) {
  const auto handle = find_launched(input.id);
  if (!handle) return;
  OpenRun& open = runs_.at(*handle);
  open.is_resolved = true;
  if (open.run.stop != Reason::none) return close_run(*handle, RunOutcome::cancelled, open.run.stop);
  if (jobs_.at(open.job).job == nullptr) return close_run(*handle, RunOutcome::cancelled, Reason::job_removed);
  open.run.launch += 1;
  open.run.boot = options_.boot;
  outbox_.record(RunChanged{open.run});
  promise_start(open);
}

// The attempt is over: the run is, or it waits for its next attempt.
void Scheduler::State::end_attempt(RunHandle handle, RunOutcome outcome, Reason reason) {
  OpenRun& open = runs_.at(handle);
  open.is_resolved = true;
  const bool may_try_again = is_failure(outcome) && reason != Reason::deadline && open.run.stop == Reason::none;
  if (may_try_again && try_again(handle, outcome, reason)) return;
  close_run(handle, outcome, reason);
}

bool Scheduler::State::try_again(RunHandle handle, RunOutcome outcome, Reason reason) {
  OpenRun& open = runs_.at(handle);
  Run& run = open.run;
  const JobState& state = jobs_.at(open.job);
  if (state.job == nullptr) return false;
  const auto next = decide_retry(*state.job->policies, {.outcome = outcome,
                                                        .end = run.end,
                                                        .run = run.id,
                                                        .attempt = run.attempt,
                                                        .uncounted = run.uncounted,
                                                        .age = now().boot - open.since});
  if (!next) return false;
  Run attempt = run;
  attempt.outcome = outcome;
  attempt.reason = reason;
  outbox_.record(AttemptClosed{std::move(attempt)});

  queues_.leave(open.queue);  // a waiting run holds no place (S24)
  open.place = Place::waiting;
  run.state = RunState::waiting;
  if (!next->counts) ++run.uncounted;
  run.not_before = now().wall + next->delay;
  outbox_.record(RunChanged{run});
  outbox_.then_tell(RunWaitingNotice{run});
  arm(handle, now().boot + next->delay);
  idle_.push_back(open.job);
  return true;
}

}  // namespace belfry
