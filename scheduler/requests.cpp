// What people ask for, and what the store answers.
#include <algorithm>

#include <scheduler/state.h>

namespace belfry {

namespace {

Refusal refusal(ErrorKind kind, Reason reason = Reason::none) { return {.kind = kind, .reason = reason}; }

}  // namespace

// What could not be recorded, or would not be carried out, is not taken on.
std::optional<Refusal> Scheduler::State::refusal_for_all() const {
  if (outbox_.failing()) return refusal(ErrorKind::failed, Reason::ledger_unavailable);
  if (is_stopping_) return refusal(ErrorKind::refused, Reason::shutdown);
  return std::nullopt;
}

std::optional<JobIndex> Scheduler::State::find_job(RequestId request, const JobName& name, Actions& out) {
  const auto index = jobs_.named(name);
  if (!index) {
    out.answers.push_back({request, refusal(ErrorKind::not_found)});
    return std::nullopt;
  }
  if (auto refused = refusal_for_all()) {
    out.answers.push_back({request, *std::move(refused)});
    return std::nullopt;
  }
  return index;
}

// The run that an equal request made, if it is still open, or was opened less than `young` ago: its id says when.
std::optional<RunId> Scheduler::State::run_of_equal_request(JobIndex index, const Params& params, Millis young) {
  const JobState& state = jobs_.at(index);
  std::optional<RunId> found;
  runs_.for_each_of(state.open, [&](RunHandle handle) {
    const Run& run = runs_.at(handle).run;
    const bool was_asked_for = run.trigger == RunTrigger::manual || run.trigger == RunTrigger::api;
    if (was_asked_for && run.params == params) found = run.id;
  });
  if (found) return found;
  const auto kept = kept_.equal(state.name, params);
  return kept && now().wall - kept->created() < young ? kept : std::nullopt;
}

void Scheduler::State::answer_with_run(RequestId request, std::expected<RunHandle, Obstacle> entered, Actions& out) {
  if (entered) {
    owed_answers_.emplace_back(request, runs_.at(*entered).run);
  } else {
    out.answers.push_back({request, Refusal{.reason = entered.error().reason, .cause = entered.error().cause}});
  }
}

void Scheduler::State::take(RunRequested& input, Actions& out) {
  // What is on its way to the ledger is acknowledged when it is there.
  if (const auto kept = kept_.with_key(input.key)) return outbox_.then_answer({input.id, SameAs{*kept}});
  const auto index = find_job(input.id, input.job, out);
  if (!index) return;
  const Job& job = *jobs_.at(*index).job;
  Params params = input.params ? std::move(*input.params) : job.inputs->usual;
  const auto unique = input.unique ? input.unique : job.policies->unique;
  if (unique) {
    const auto equal = run_of_equal_request(*index, params, *unique);
    if (equal) return outbox_.then_answer({input.id, SameAs{*equal}});
  }
  Opening opening{.trigger = input.trigger,
                  .nominal = input.nominal,
                  .requested_by = std::move(input.requested_by),
                  .key = std::move(input.key),
                  .is_unique = unique.has_value(),
                  .params = std::move(params),
                  .queue = std::move(input.queue),
                  .priority = input.priority,
                  .ignores_overlap = input.overlap == RunRequested::Overlap::ignore};
  const bool is_later = (input.at && *input.at > now().wall) || (input.delay && *input.delay > Millis{0});
  if (is_later) {
    opening.place = Place::delayed;
    opening.has_claim = false;
    opening.at = input.at;
    opening.delay = input.delay.value_or(Millis{0});
    opening.due = input.at.value_or(now().wall + opening.delay);
  }
  answer_with_run(input.id, enter(*index, std::move(opening)), out);
}

void Scheduler::State::take(RetryRequested& input, Actions& out) {
  const auto index = find_job(input.id, input.of.job, out);
  if (!index) return;
  answer_with_run(input.id,
                  enter(*index, {.trigger = RunTrigger::retry,
                                 .nominal = input.of.nominal,
                                 .cause = input.of.id,
                                 .requested_by = std::move(input.requested_by),
                                 .params = std::move(input.of.params)}),
                  out);
}

void Scheduler::State::take(CancelRequested& input, Actions& out) {
  const auto handle = runs_.find(input.run);
  if (!handle) {
    out.answers.push_back({input.id, refusal(ErrorKind::not_found)});
    return;
  }
  if (outbox_.failing()) {
    out.answers.push_back({input.id, refusal(ErrorKind::failed, Reason::ledger_unavailable)});
    return;
  }
  Run& run = runs_.at(*handle).run;
  if (runs_.at(*handle).place == Place::launched) {
    order_stop(*handle, Reason::by_request, input.requested_by);
    return outbox_.then_answer({input.id, run});
  }
  run.stop = Reason::by_request;
  run.stop_by = std::move(input.requested_by);
  Run closed = run;
  closed.outcome = RunOutcome::cancelled;
  closed.reason = Reason::by_request;
  close_run(*handle, RunOutcome::cancelled, Reason::by_request);
  outbox_.then_answer({input.id, std::move(closed)});
}

void Scheduler::State::take(BackfillRequested& input, Actions& out) {
  const auto index = find_job(input.id, input.job, out);
  if (!index) return;
  const auto slots = jobs_.at(*index).job->schedule.slots_in(input.from - Millis{1}, input.to);
  if (slots && slots->count > BackfillRequested::slots_max) {
    out.answers.push_back({input.id, refusal(ErrorKind::bad_input, Reason::cap)});
    return;
  }
  if (slots) {
    begin_backfill(*index, {.id = 0,
                            .job = input.job,
                            .reached = input.from - Millis{1},
                            .upto = input.to,
                            .requested_by = std::move(input.requested_by),
                            .params = input.params.value_or(jobs_.at(*index).job->inputs->usual)});
  }
  outbox_.then_answer({input.id, Done{slots ? slots->count : 0}});
}

// S33. What waits in a queue stays there for the next daemon.
void Scheduler::State::take(StopAsked& input, Actions&) {
  is_stopping_ = true;
  if (input.what != OnStop::kill) return;
  std::vector<RunHandle> launched;
  runs_.for_each([&](RunHandle handle) {
    if (runs_.at(handle).place == Place::launched) launched.push_back(handle);
  });
  std::sort(launched.begin(), launched.end(),
            [&](RunHandle a, RunHandle b) { return runs_.at(a).run.sequence < runs_.at(b).run.sequence; });
  for (const RunHandle handle : launched) order_stop(handle, input.reason, "the daemon");
}

void Scheduler::State::take(Persisted& input, Actions& out) {
  const std::string trouble = outbox_.trouble();
  outbox_.settle(input.answer, now().boot, out);
  if (outbox_.failing() && !ledger_failed_at_) ledger_failed_at_ = now().wall;
  if (!outbox_.failing() && ledger_failed_at_) {
    note({.kind = EventKind::ledger_unavailable,
          .since = std::exchange(ledger_failed_at_, std::nullopt),
          .detail = trouble});
  }
  hold_to_deadlines(out.starts);
}

}  // namespace belfry
