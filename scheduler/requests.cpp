// What people ask for, the configurations they accept, and what the store answers.
#include <scheduler/state.h>

namespace belfry {

void Scheduler::State::take(JobsLoaded& input, const Now& now, Actions&) {
  const JobTable::Change change = jobs_.load(input.set, now.wall);
  set_ = std::move(input.set);
  for (const JobSeen& seen : change.seen) outbox_.record(seen);
  for (const JobRemoved& removed : change.removed) outbox_.record(removed);
  due_.clear();
  for (JobIndex index = 0; index < jobs_.named_count(); ++index) rearm(index);
}

void Scheduler::State::take(RunRequested& input, const Now& now, Actions& out) {
  JobState* state = jobs_.find(input.job);
  if (state == nullptr || state->job == nullptr) {
    out.answers.push_back({input.id, Refusal{.kind = ErrorKind::not_found}});
    return;
  }
  if (outbox_.failing()) {
    out.answers.push_back({input.id, Refusal{.kind = ErrorKind::failed, .reason = Reason::ledger_unavailable}});
    return;
  }
  // Overlap is `skip`, except for jobs that run by request only: those asked for twice run twice (S21).
  if (!state->open.empty() && !state->job->schedule.is_manual()) {
    out.answers.push_back({input.id, Refusal{.reason = Reason::overlap, .cause = state->open.front()}});
    return;
  }
  const Run& run = open_run(*state, {.trigger = input.trigger, .requested_by = std::move(input.requested_by)}, now);
  outbox_.then_answer({input.id, run});
}

void Scheduler::State::take(Persisted& input, const Now& now, Actions& out) {
  outbox_.settle(input.answer, now.boot, out);
}

}  // namespace belfry
