// Opening and closing a run, and telling the ledger of it: the only place that does.
#include <algorithm>

#include <base/verify.h>
#include <scheduler/state.h>

namespace belfry {

// ---- Opening ------------------------------------------------------------------------------------------------------

// Every way to start a run goes through here: overlap first (S21), then its queue (S23).
std::expected<RunHandle, Scheduler::State::Obstacle> Scheduler::State::enter(JobIndex index, Opening opening) {
  JobState& state = jobs_.at(index);
  const Policies& policies = state.policies();
  const SharedText& queue = opening.queue.empty() ? policies.queue : opening.queue;
  if (opening.place == Place::delayed && !opening.has_claim) return open_run(index, opening);
  const JobLoad load = load_of(state, no_run);
  const OverlapVerdict verdict =
      opening.ignores_overlap ? OverlapVerdict::start : decide_overlap(policies.overlap, load);
  if (verdict == OverlapVerdict::refuse) {
    return std::unexpected(Obstacle{.reason = Reason::overlap, .cause = run_in_the_way(state)});
  }
  if (verdict == OverlapVerdict::start && queues_.is_full(queues_.find(queue))) {
    return std::unexpected(Obstacle{.reason = Reason::queue_full, .detail = "queue " + queue.str() + " is full"});
  }
  if (verdict != OverlapVerdict::start) opening.place = Place::behind;
  const RunHandle handle = open_run(index, opening);
  if (verdict == OverlapVerdict::replace) make_room(state, handle);
  return handle;
}

RunHandle Scheduler::State::open_run(JobIndex index, const Opening& opening) {
  JobState& state = jobs_.at(index);
  const Policies& policies = state.policies();
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
  run.is_unique = opening.is_unique;
  run.params = opening.params ? *opening.params : state.job->inputs->usual;
  run.revision = set_->revision;
  run.sequence = sequence;
  run.stands_for = opening.stands_for;
  run.boot = options_.boot;
  run.queue = opening.queue.empty() ? policies.queue : opening.queue;
  run.priority = opening.priority.value_or(policies.priority);
  run.ignores_overlap = opening.ignores_overlap;
  run.state = RunState::queued;
  run.opened = now().wall;
  run.due = opening.due.value_or(now().wall);
  if (opening.place == Place::delayed) run.not_before = opening.at.value_or(now().wall + opening.delay);

  open.job = index;
  open.queue = queues_.find(run.queue);
  open.place = opening.place;
  open.has_claim = opening.has_claim;
  open.since = now().boot;
  if (opening.slot) state.move_mark(*opening.slot);
  if (state.extras && !state.extras->standing.causes.empty()) {
    state.extras->standing.causes.clear();
    record_standing(state);
  }
  if (!opening.key.empty()) kept_.keep_key(opening.key, run.id);
  if (opening.is_unique) kept_.keep({.job = run.job, .params = run.params, .run = run.id});
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

// ---- Telling the ledger -------------------------------------------------------------------------------------------

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
  StartOrder order{.id = open.run.attempt_id(),
                   .job = state.job,
                   .run = open.run,
                   .previous_success = state.previous_success,
                   .time_limit = state.policies().timeout};
  outbox_.then_start(std::move(order));
}

// S26: a deadline did not wait for the ledger. What is past it does not start any more.
void Scheduler::State::hold_to_deadlines(std::vector<StartOrder>& starts) {
  bool is_any_too_late = false;
  for (StartOrder& order : starts) {
    const auto& deadline = order.job->policies->deadline;
    const auto handle = deadline ? find_launched(order.id) : std::nullopt;
    if (!handle) continue;
    const Millis left = *deadline - (now().boot - runs_.at(*handle).since);
    if (left.count() <= 0) {
      const Reason wish = runs_.at(*handle).run.stop;
      const bool is_wanted = wish == Reason::none;
      close_run(*handle, is_wanted ? RunOutcome::timed_out : RunOutcome::cancelled,
                is_wanted ? Reason::deadline : wish);
      is_any_too_late = true;
    } else if (!order.time_limit || left < *order.time_limit) {
      order.time_limit = left;
      order.limit_reason = Reason::deadline;
    }
  }
  if (is_any_too_late) std::erase_if(starts, [this](const StartOrder& order) { return !find_launched(order.id); });
}

// ---- Ending -------------------------------------------------------------------------------------------------------

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

  outbox_.record(RunClosed{closed});
  outbox_.then_tell(RunClosedNotice{closed});
  if (outcome == RunOutcome::lost) {
    note({.kind = EventKind::run_lost, .job = closed.job, .run = closed.id, .detail = std::string(text(reason))});
  }
  count_failure(state, closed);
  measure_from_finish(state);
  idle_.push_back(index);
  keep_newest(state, closed);
  trigger_dependents(index, closed);
}

// Runs side by side may end in another order than they were opened in; the ledger goes by that.
void Scheduler::State::keep_newest(JobState& state, const Run& closed) {
  if (closed.outcome == RunOutcome::succeeded && closed.sequence > state.success_sequence) {
    state.previous_success = closed.due;
    state.success_sequence = closed.sequence;
  }
  if (!state.last) {
    state.last = std::make_unique<Run>(closed);
  } else if (closed.sequence > state.last->sequence) {
    *state.last = closed;
  }
}

}  // namespace belfry
