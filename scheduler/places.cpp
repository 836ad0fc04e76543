// Where open runs are on their way: delayed, behind others of their job, in line, launched. Who is in whose way, and
// who may move on.
#include <algorithm>

#include <scheduler/retry.h>
#include <scheduler/state.h>

namespace belfry {

// ---- Who is in whose way ------------------------------------------------------------------------------------------

// Its time has not come.
bool Scheduler::State::is_for_later(const OpenRun& open) { return open.place == Place::delayed && !open.has_claim; }

// Whether an open run counts as a run of its job. One that waits for its next attempt does not, unless it is held
// (S24); one whose time has not come does only if it was decided already.
bool Scheduler::State::is_live(const OpenRun& open) const {
  switch (open.place) {
    case Place::in_line:
    case Place::launched:
      return true;
    case Place::waiting:
      return holds_while_waiting(jobs_.at(open.job).policies());
    case Place::delayed:
      return open.has_claim;
    case Place::behind:
      break;
  }
  return false;
}

JobLoad Scheduler::State::load_of(const JobState& state, RunHandle except) const {
  JobLoad load;
  runs_.for_each_of(state.open, [&](RunHandle handle) {
    if (handle == except) return;
    const OpenRun& open = runs_.at(handle);
    if (is_live(open)) ++load.live;
    if (open.place == Place::behind) ++load.waiting;
  });
  return load;
}

bool Scheduler::State::is_idle(const JobState& state) const {
  bool idle = true;
  runs_.for_each_of(state.open, [&](RunHandle handle) {
    const OpenRun& open = runs_.at(handle);
    idle = idle && is_for_later(open);
  });
  return idle;
}

std::optional<RunId> Scheduler::State::run_in_the_way(const JobState& state) const {
  std::optional<RunId> found;
  runs_.for_each_of(state.open, [&](RunHandle handle) {
    const OpenRun& open = runs_.at(handle);
    if (!found && (is_live(open) || open.place == Place::behind)) found = open.run.id;
  });
  return found;
}

// ---- Moving -------------------------------------------------------------------------------------------------------

void Scheduler::State::arm(RunHandle handle, std::optional<BootTime> wakes) {
  runs_.at(handle).wakes = wakes;
  set_timer(handle);
}

// The run's one timer: its own instant, or its deadline if that is earlier.
void Scheduler::State::set_timer(RunHandle handle) {
  const OpenRun& open = runs_.at(handle);
  std::optional<BootTime> at = open.wakes;
  if (const auto left = deadline_left(open)) {
    const BootTime deadline = now().boot + *left;
    at = at ? std::min(*at, deadline) : deadline;
  }
  if (at) {
    timers_.set(handle, *at);
  } else {
    timers_.erase(handle);
  }
}

// None also before its time: somebody who asks for a run tomorrow does not want it to be late today.
std::optional<Millis> Scheduler::State::deadline_left(const OpenRun& open) const {
  const auto& deadline = jobs_.at(open.job).policies().deadline;
  if (!deadline || is_for_later(open)) return std::nullopt;
  return *deadline - (now().boot - open.since);
}

// The run's time has come: a delay is over, or the pause before its next attempt.
void Scheduler::State::release(RunHandle handle) {
  OpenRun& open = runs_.at(handle);
  const bool is_next_attempt = open.place == Place::waiting;
  const bool was_for_later = is_for_later(open);
  if (was_for_later) open.since = now().boot;
  if (is_next_attempt) {
    Run& run = open.run;
    ++run.attempt;
    run.launch = 1;
    run.started.reset();
    run.finished.reset();
    run.end.reset();
    run.usage = {};
    run.progress.reset();
    run.result.clear();
    run.detail.clear();
  }
  open.run.not_before.reset();
  open.run.state = RunState::queued;
  // It may end before its turn; and a daemon to come must know that its time came.
  if (is_next_attempt || was_for_later) outbox_.record(RunChanged{open.run});
  JobState& state = jobs_.at(open.job);
  const Policies& policies = state.policies();
  if (is_next_attempt || open.has_claim || open.run.ignores_overlap) {
    open.place = Place::behind;
    open.has_claim = true;
    const bool may_start = open.run.ignores_overlap || may_follow(policies.overlap, load_of(state, handle).live);
    return may_start ? line_up(handle) : arm(handle, std::nullopt);
  }
  open.has_claim = true;
  release_undecided(handle);
}

// A run that was asked for beforehand meets the rules only now.
void Scheduler::State::release_undecided(RunHandle handle) {
  OpenRun& open = runs_.at(handle);
  JobState& state = jobs_.at(open.job);
  const Policies& policies = state.policies();
  open.place = Place::behind;
  const bool by_itself = open.run.trigger == RunTrigger::after || open.run.trigger == RunTrigger::startup;
  if (by_itself && state.is_paused(now().wall)) return close_run(handle, RunOutcome::skipped, Reason::paused);
  switch (decide_overlap(policies.overlap, load_of(state, handle))) {
    case OverlapVerdict::start:
      if (queues_.is_full(open.queue)) return close_run(handle, RunOutcome::skipped, Reason::queue_full);
      return line_up(handle);
    case OverlapVerdict::wait:
      return arm(handle, std::nullopt);
    case OverlapVerdict::replace:
      arm(handle, std::nullopt);
      return make_room(state, handle);
    case OverlapVerdict::refuse:
      open.run.cause = run_in_the_way(state);
      return close_run(handle, RunOutcome::skipped, Reason::overlap);
  }
}

void Scheduler::State::line_up(RunHandle handle) {
  OpenRun& open = runs_.at(handle);
  open.place = Place::in_line;
  open.run.state = RunState::queued;
  queues_.wait(open.queue, handle, {.priority = open.run.priority, .sequence = open.run.sequence});
  arm(handle, std::nullopt);
  const bool is_new = open.run.attempt == 1 && !open.run.ignores_overlap;
  if (is_new && !may_run_side_by_side(jobs_.at(open.job).policies().overlap))
    supersede_waiting(jobs_.at(open.job), handle);
}

// S24: a run that waits for its next attempt gives way to the next one of its job.
void Scheduler::State::supersede_waiting(JobState& state, RunHandle newcomer) {
  if (holds_while_waiting(state.policies())) return;
  const RunId id = runs_.at(newcomer).run.id;
  runs_.for_each_of(state.open, [&](RunHandle handle) {
    if (runs_.at(handle).place != Place::waiting) return;
    runs_.at(handle).run.cause = id;
    close_run(handle, RunOutcome::failed, Reason::superseded);
  });
}

// S21, `replace`: whatever the job has open ends for the newcomer's sake.
void Scheduler::State::make_room(JobState& state, RunHandle newcomer) {
  const RunId id = runs_.at(newcomer).run.id;
  runs_.for_each_of(state.open, [&](RunHandle handle) {
    OpenRun& open = runs_.at(handle);
    if (handle == newcomer || is_for_later(open)) return;
    if (open.place == Place::launched) return order_stop(handle, Reason::superseded, "run " + id.text());
    open.run.cause = id;
    close_run(handle, open.place == Place::waiting ? RunOutcome::failed : RunOutcome::cancelled, Reason::superseded);
  });
  if (load_of(state, newcomer).live == 0) line_up(newcomer);
}

// Those that wait behind others of their job, oldest first, as many as may.
void Scheduler::State::let_followers_in(JobIndex index) {
  JobState& state = jobs_.at(index);
  if (state.job == nullptr) return;
  for (;;) {
    RunHandle follower = no_run;
    runs_.for_each_of(state.open, [&](RunHandle handle) {
      if (follower == no_run && runs_.at(handle).place == Place::behind) follower = handle;
    });
    if (follower == no_run || !may_follow(state.policies().overlap, load_of(state, follower).live)) return;
    line_up(follower);
  }
}

void Scheduler::State::admit() {
  while (const auto handle = queues_.admit_next(now().boot)) {
    OpenRun& open = runs_.at(*handle);
    open.place = Place::launched;
    open.run.state = RunState::starting;
    open.run.not_before.reset();
    open.run.boot = options_.boot;
    timers_.erase(*handle);
    admitted_.push_back(*handle);
  }
}

}  // namespace belfry
