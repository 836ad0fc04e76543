// What the launcher reports. A report about an attempt that is not open (or no longer this launch) changes nothing.
#include <scheduler/state.h>

namespace belfry {

Scheduler::State::OpenRun* Scheduler::State::find_open(const AttemptId& id) {
  const auto found = open_.find(id.run);
  if (found == open_.end() || found->second.run.attempt_id() != id) return nullptr;
  found->second.resolved = true;
  return &found->second;
}

void Scheduler::State::take(AttemptStarted& input, const Now&, Actions& out) {
  OpenRun* open = find_open(input.id);
  if (open == nullptr) return;
  open->run.state = RunState::running;
  open->run.started = input.at;
  out.notices.push_back(RunStartedNotice{open->run});
}

void Scheduler::State::take(AttemptEnded& input, const Now&, Actions&) {
  OpenRun* open = find_open(input.id);
  if (open == nullptr) return;
  const bool ordered = input.reason != Reason::none;
  const bool good = input.end == ProcessEnd{.how = ProcessEnd::How::exited, .code = 0};
  Run closed = open->run;
  closed.outcome = ordered ? RunOutcome::cancelled : good ? RunOutcome::succeeded : RunOutcome::failed;
  closed.reason = input.reason;
  closed.end = input.end;
  closed.usage = input.usage;
  closed.started = input.started;
  closed.finished = input.finished;
  close_run(std::move(closed));
}

void Scheduler::State::take(AttemptStartFailed& input, const Now& now, Actions&) {
  OpenRun* open = find_open(input.id);
  if (open == nullptr) return;
  Run closed = open->run;
  closed.outcome = RunOutcome::start_failed;
  closed.detail = std::move(input.detail);
  closed.finished = now.wall;
  close_run(std::move(closed));
}

void Scheduler::State::take(AttemptLost& input, const Now& now, Actions&) {
  OpenRun* open = find_open(input.id);
  if (open == nullptr) return;
  Run closed = open->run;
  closed.outcome = RunOutcome::lost;
  closed.reason = input.reason;
  closed.finished = now.wall;
  close_run(std::move(closed));
}

// S3: the recorded start provably never executed, so the same attempt is started now, under a new launch number that is
// durable before the minder sees it.
void Scheduler::State::take(AttemptNeverExecuted& input, const Now& now, Actions&) {
  OpenRun* open = find_open(input.id);
  if (open == nullptr) return;
  const JobState& state = *jobs_.find(open->run.job);
  if (state.job == nullptr) {
    Run closed = open->run;
    closed.outcome = RunOutcome::cancelled;
    closed.reason = Reason::job_removed;
    closed.finished = now.wall;
    close_run(std::move(closed));
    return;
  }
  Run& run = open->run;
  run.launch += 1;
  run.boot = options_.boot;
  outbox_.record(RunChanged{run});
  promise_start(state, run);
}

}  // namespace belfry
