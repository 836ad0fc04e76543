// Opening and closing a run: the only place that does either.
#include <algorithm>

#include <base/verify.h>
#include <scheduler/state.h>

namespace belfry {

const Run& Scheduler::State::open_run(JobState& state, const Opening& opening, const Now& now) {
  const std::uint64_t sequence = ++last_sequence_;
  Run run{.id = RunId::make(now.wall, ledger_identity_, sequence), .job = state.seen.job};
  if (opening.slot) run.slot = Slot{.era = state.seen.era, .at = *opening.slot};
  run.trigger = opening.trigger;
  run.requested_by = opening.requested_by;
  run.revision = set_->revision;
  run.sequence = sequence;
  run.stands_for = opening.stands_for;
  run.boot = options_.boot;
  run.due = opening.due.value_or(now.wall);

  state.open.push_back(run.id);
  outbox_.record(RunOpened{run});
  promise_start(state, run);
  const auto [entry, inserted] = open_.emplace(run.id, OpenRun{.run = run, .resolved = true});
  VERIFY(inserted);
  return entry->second.run;
}

void Scheduler::State::close_run(Run closed) {
  VERIFY(closed.outcome.has_value());
  const RunId id = closed.id;
  JobState& state = *jobs_.find(closed.job);
  std::erase(state.open, id);
  if (closed.outcome == RunOutcome::succeeded) state.previous_success = closed.due;
  outbox_.record(RunClosed{closed});
  outbox_.then_tell(RunClosedNotice{closed});
  state.last = std::move(closed);
  open_.erase(id);
}

void Scheduler::State::promise_start(const JobState& state, const Run& run) {
  outbox_.then_start(
      {.id = run.attempt_id(), .job = state.job, .run = run, .previous_success = state.previous_success});
}

}  // namespace belfry
