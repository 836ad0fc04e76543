// Opening, moving and closing a run: the only place that does.
#include <algorithm>

#include <base/verify.h>
#include <scheduler/state.h>

namespace belfry {

// ---- Who is in whose way ----------------------------------------------------------------------------------------

namespace {

const Policies& policies_of(const JobState& state) {
  return state.job != nullptr ? *state.job->policies : *default_policies();
}

bool holds_while_waiting(const Policies& policies) {
  return policies.retry && policies.retry->while_waiting == RetryPolicy::WhileWaiting::hold;
}

bool may_run_side_by_side(const Policies& policies) { return policies.overlap.action == OverlapPolicy::Action::allow; }

}  // namespace

// Whether an open run counts as a run of its job. One that waits for its next attempt does not, unless it is held
// (S24); one whose time has not come does only if it was decided already.
bool Scheduler::State::is_live(const OpenRun& open) const {
  switch (open.place) {
    case Place::in_line:
    case Place::launched:
      return true;
    case Place::waiting:
      return holds_while_waiting(policies_of(jobs_.at(open.job)));
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
    idle = idle && open.place == Place::delayed && !open.has_claim;
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

// ---- Opening ----------------------------------------------------------------------------------------------------

// Every way to start a run goes through here: overlap first (S21), then its queue (S23).
std::expected<RunHandle, Scheduler::State::Obstacle> Scheduler::State::enter(JobIndex index, Opening opening) {
  JobState& state = jobs_.at(index);
  const Policies& policies = policies_of(state);
  if (opening.place == Place::delayed && !opening.has_claim) return open_run(index, opening);
  const JobLoad load = load_of(state, no_run);
  const OverlapVerdict verdict =
      opening.ignores_overlap ? OverlapVerdict::start : decide_overlap(policies.overlap, load);
  if (verdict == OverlapVerdict::refuse) {
    return std::unexpected(Obstacle{.reason = Reason::overlap, .cause = run_in_the_way(state)});
  }
  if (verdict == OverlapVerdict::start && queues_.is_full(queues_.find(policies.queue))) {
    return std::unexpected(
        Obstacle{.reason = Reason::queue_full, .detail = "queue " + policies.queue.str() + " is full"});
  }
  if (verdict != OverlapVerdict::start) opening.place = Place::behind;
  const RunHandle handle = open_run(index, opening);
  if (verdict == OverlapVerdict::replace) make_room(state, handle);
  return handle;
}

RunHandle Scheduler::State::open_run(JobIndex index, const Opening& opening) {
  JobState& state = jobs_.at(index);
  const Policies& policies = policies_of(state);
  const std::uint64_t sequence = ++last_sequence_;
  OpenRun open{.run = {.id = RunId::make(now().wall, ledger_identity_, sequence), .job = state.name}};
  Run& run = open.run;
  if (opening.slot) run.slot = Slot{.era = state.era, .at = *opening.slot};
  run.nominal = opening.slot ? opening.slot : opening.nominal;
  run.trigger = opening.trigger;
  run.cause = opening.cause;
  run.cause_job = opening.cause_job;
  run.requested_by = opening.requested_by;
  run.key = opening.key;
  run.revision = set_->revision;
  run.sequence = sequence;
  run.stands_for = opening.stands_for;
  run.boot = options_.boot;
  run.queue = policies.queue;
  run.priority = opening.priority.value_or(policies.priority);
  run.ignores_overlap = opening.ignores_overlap;
  run.state = RunState::queued;
  run.opened = now().wall;
  run.due = opening.due.value_or(now().wall);
  if (opening.place == Place::delayed) run.not_before = opening.at.value_or(now().wall + opening.delay);

  open.job = index;
  open.queue = queues_.find(policies.queue);
  open.place = opening.place;
  open.has_claim = opening.has_claim;
  open.opened = now().boot;
  if (opening.slot) state.move_mark(*opening.slot);
  if (state.extras && !state.extras->standing.causes.empty()) {
    state.extras->standing.causes.clear();
    record_standing(state);
  }
  if (!opening.key.empty()) keep_key(opening.key, run.id);
  const RunHandle handle = runs_.add(std::move(open), state.open);
  opened_.push_back(handle);
  if (opening.place == Place::in_line) {
    line_up(handle);
  } else {
    arm(handle,
        opening.place == Place::delayed && !opening.at ? std::optional(now().boot + opening.delay) : std::nullopt);
    if (opening.at) wall_timers_.set(handle, *opening.at);
  }
  return handle;
}

// A run that is decided and closed in one: its time came, and a rule said no. It is there so that people can ask.
void Scheduler::State::decline(JobIndex index, Opening opening, const Obstacle& obstacle) {
  opening.place = Place::behind;
  const RunHandle handle = open_run(index, opening);
  Run& run = runs_.at(handle).run;
  if (obstacle.cause) run.cause = obstacle.cause;
  run.detail = obstacle.detail;
  close_run(handle, RunOutcome::skipped, obstacle.reason);
}

// ---- Moving -----------------------------------------------------------------------------------------------------

// Sets the run's one timer: its own instant, or its deadline if that is earlier.
void Scheduler::State::arm(RunHandle handle, std::optional<BootTime> at) {
  if (const auto left = deadline_left(runs_.at(handle))) {
    const BootTime deadline = now().boot + *left;
    at = at ? std::min(*at, deadline) : deadline;
  }
  if (at) {
    timers_.set(handle, *at);
  } else {
    timers_.erase(handle);
  }
}

std::optional<Millis> Scheduler::State::deadline_left(const OpenRun& open) const {
  const auto& deadline = policies_of(jobs_.at(open.job)).deadline;
  if (!deadline) return std::nullopt;
  return *deadline - (now().boot - open.opened);
}

// The run's time has come: a delay is over, or the pause before its next attempt.
void Scheduler::State::release(RunHandle handle) {
  OpenRun& open = runs_.at(handle);
  const bool is_next_attempt = open.place == Place::waiting;
  if (is_next_attempt) {
    Run& run = open.run;
    ++run.attempt;
    run.launch = 1;
    run.started.reset();
    run.finished.reset();
    run.end.reset();
    run.usage = {};
    run.detail.clear();
  }
  open.run.not_before.reset();
  open.run.state = RunState::queued;
  if (is_next_attempt) outbox_.record(RunChanged{open.run});  // it may end before its turn
  JobState& state = jobs_.at(open.job);
  const Policies& policies = policies_of(state);
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
  const Policies& policies = policies_of(state);
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
  if (is_new && !may_run_side_by_side(policies_of(jobs_.at(open.job)))) supersede_waiting(jobs_.at(open.job), handle);
}

// S24: a run that waits for its next attempt gives way to the next one of its job.
void Scheduler::State::supersede_waiting(JobState& state, RunHandle newcomer) {
  if (holds_while_waiting(policies_of(state))) return;
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
    if (handle == newcomer || (open.place == Place::delayed && !open.has_claim)) return;
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
    if (follower == no_run || !may_follow(policies_of(state).overlap, load_of(state, follower).live)) return;
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

// The ledger is told of each run as it stands at the end of the turn: mostly it is opened and starts in one.
void Scheduler::State::record_moved_runs() {
  for (const RunHandle handle : admitted_) {
    OpenRun& open = runs_.at(handle);
    if (open.is_recorded) {
      outbox_.record(RunChanged{open.run});
    } else {
      record_opened(handle);
    }
    promise_start(open);
  }
  admitted_.clear();
  for (const RunHandle handle : opened_) {
    if (runs_.at(handle).is_recorded) continue;
    record_opened(handle);
    outbox_.then_tell(RunQueuedNotice{runs_.at(handle).run});
  }
  opened_.clear();
  for (auto& [request, run] : owed_answers_) {
    if (const auto handle = runs_.find(run.id)) run = runs_.at(*handle).run;
    outbox_.then_answer({request, std::move(run)});
  }
  owed_answers_.clear();
}

void Scheduler::State::record_opened(RunHandle handle) {
  OpenRun& open = runs_.at(handle);
  open.is_recorded = true;
  outbox_.record(RunOpened{open.run});
}

void Scheduler::State::promise_start(const OpenRun& open) {
  const JobState& state = jobs_.at(open.job);
  const Policies& policies = policies_of(state);
  StartOrder order{.id = open.run.attempt_id(),
                   .job = state.job,
                   .run = open.run,
                   .previous_success = state.previous_success,
                   .time_limit = policies.timeout};
  if (const auto left = deadline_left(open); left && (!order.time_limit || *left < *order.time_limit)) {
    order.time_limit = std::max(*left, Millis{0});
    order.limit_reason = Reason::deadline;
  }
  outbox_.then_start(std::move(order));
}

// ---- Ending -----------------------------------------------------------------------------------------------------

// The wish is durable before it is carried out; a daemon that dies in between finds it in the ledger.
void Scheduler::State::order_stop(RunHandle handle, Reason reason, const std::string& by) {
  Run& run = runs_.at(handle).run;
  if (run.stop != Reason::none) return;
  run.stop = reason;
  run.stop_by = by;
  outbox_.record(RunChanged{run});
  outbox_.then_stop({.id = run.attempt_id(), .reason = reason});
}

void Scheduler::State::leave_place(RunHandle handle) {
  const OpenRun& open = runs_.at(handle);
  if (open.place == Place::launched) queues_.leave(open.queue);
  if (open.place == Place::in_line) queues_.forget(open.queue, handle);
  timers_.erase(handle);
  wall_timers_.erase(handle);
}

void Scheduler::State::close_run(RunHandle handle, RunOutcome outcome, Reason reason) {
  if (!runs_.at(handle).is_recorded) record_opened(handle);
  leave_place(handle);
  const JobIndex index = runs_.at(handle).job;
  JobState& state = jobs_.at(index);
  Run closed = std::move(runs_.at(handle).run);
  runs_.remove(closed.id, handle, state.open);
  closed.outcome = outcome;
  closed.reason = reason;
  closed.not_before.reset();
  if (!closed.finished) closed.finished = now().wall;
  if (outcome == RunOutcome::succeeded) state.previous_success = closed.due;

  outbox_.record(RunClosed{closed});
  outbox_.then_tell(RunClosedNotice{closed});
  count_failure(state, closed);
  measure_from_finish(state);
  idle_.push_back(index);
  if (state.last) {
    *state.last = closed;
  } else {
    state.last = std::make_unique<Run>(closed);
  }
  trigger_dependents(index, closed);
}

}  // namespace belfry
