// Where a job stands beyond its slots: pauses, slots to leave out, failures in a row.
#include <algorithm>

#include <scheduler/segments.h>
#include <scheduler/state.h>

namespace belfry {

namespace {

constexpr std::size_t jobs_noted_one_by_one = 20;

}  // namespace

void Scheduler::State::record_standing(const JobState& state) { outbox_.record(state.extras->standing); }

// Of many jobs at once one event tells.
void Scheduler::State::note_of_each(const std::vector<JobIndex>& jobs, Event event) {
  if (jobs.size() > jobs_noted_one_by_one) {
    event.detail = std::to_string(jobs.size()) + " jobs" + (event.detail.empty() ? "" : ": " + event.detail);
    return note(std::move(event));
  }
  for (const JobIndex index : jobs) {
    event.job = jobs_.at(index).name;
    note(event);
  }
}

std::optional<std::vector<JobIndex>> Scheduler::State::find_jobs(RequestId request, const std::vector<JobName>& names,
                                                                 Actions& out) {
  std::vector<JobIndex> found;
  for (const JobName& name : names) {
    const auto index = find_job(request, name, out);
    if (!index) return std::nullopt;  // all of them, or none
    found.push_back(*index);
  }
  return found;
}

void Scheduler::State::take(PauseRequested& input, Actions& out) {
  const auto indices = find_jobs(input.id, input.jobs, out);
  if (!indices) return;
  for (const JobIndex index : *indices) {
    pause(jobs_.at(index), {.since = now().wall, .until = input.until, .by = input.by, .reason = input.reason});
  }
  note_of_each(*indices,
               {.kind = EventKind::job_paused, .until = input.until, .who = input.by, .detail = input.reason});
  outbox_.then_answer({input.id, Done{static_cast<std::int64_t>(indices->size())}});
}

SlotFate Scheduler::State::paused_fate(const Pause& pause) {
  return {.reason = Reason::paused,
          .detail = "paused by " + pause.by + (pause.reason.empty() ? "" : ": " + pause.reason)};
}

// New words for a pause do not make it begin anew. One that is over stands there until the job's next slot.
void Scheduler::State::pause(JobState& state, Pause pause) {
  JobStanding& standing = state.need_extras().standing;
  if (state.is_paused(now().wall)) pause.since = standing.pause->since;
  standing.pause = std::move(pause);
  record_standing(state);
  outbox_.then_tell(JobPausedNotice{.job = state.name, .pause = *standing.pause});
}

void Scheduler::State::take(ResumeRequested& input, Actions& out) {
  const auto indices = find_jobs(input.id, input.jobs, out);
  if (!indices) return;
  decide_due_slots();  // what is due is due in the pause
  std::vector<JobIndex> resumed;
  for (const JobIndex index : *indices) {
    JobState& state = jobs_.at(index);
    if (!state.extras || !state.extras->standing.pause) continue;
    const Pause over = *state.extras->standing.pause;
    resume(state, input.by);
    if (input.catch_up == ResumeRequested::CatchUp::yes) catch_up(index, over, input.by);
    resumed.push_back(index);
  }
  note_of_each(resumed, {.kind = EventKind::job_resumed, .who = input.by});
  outbox_.then_answer({input.id, Done{static_cast<std::int64_t>(resumed.size())}});
}

void Scheduler::State::resume(JobState& state, const std::string& by) {
  JobStanding& standing = state.extras->standing;
  standing.pause.reset();
  standing.failures_in_row = 0;
  state.breaker = {};  // whoever goes on after it tripped begins to count anew
  record_standing(state);
  outbox_.then_tell(JobResumedNotice{.job = state.name, .by = by});
}

// What was due during a pause has its outcomes already. Somebody wants it to run all the same, as the missed policy
// says: one run for the newest, or one for each. What has none yet comes by itself.
void Scheduler::State::catch_up(JobIndex index, const Pause& pause, const std::string& by) {
  JobState& state = jobs_.at(index);
  const Schedule& schedule = state.job->schedule;
  const auto stretch = schedule.slots_in(std::max(pause.since, state.counts_from), state.decided_upto());
  if (!stretch) return;
  Pieces pieces(schedule, *stretch);
  const std::int64_t count = pieces.undecided();
  if (count == 0) return;
  const MissedPolicy& policy = state.job->policies->missed;
  if (policy.action == MissedPolicy::Action::all) {
    if (count > policy.max) pieces.decide_oldest(count - policy.max, {});
    return begin_backfill(index, {.id = 0,
                                  .job = state.name,
                                  .reached = pieces.oldest_undecided() - Millis{1},
                                  .upto = stretch->last,
                                  .requested_by = by,
                                  .params = state.job->inputs->usual});
  }
  const WallTime newest = pieces.newest_undecided();
  start_by_itself(
      index,
      {.trigger = RunTrigger::catch_up, .nominal = newest, .due = newest, .stands_for = count, .requested_by = by});
}

void Scheduler::State::take(SkipRequested& input, Actions& out) {
  const auto index = find_job(input.id, input.job, out);
  if (!index) return;
  if (input.count > SkipRequested::count_max) {
    out.answers.push_back({input.id, Refusal{.kind = ErrorKind::bad_input, .reason = Reason::cap}});
    return;
  }
  JobState& state = jobs_.at(*index);
  state.need_extras().standing.skip_next = input.count;
  record_standing(state);
  note({.kind = EventKind::skip_requested,
        .job = state.name,
        .who = std::move(input.by),
        .detail = std::to_string(input.count)});
  outbox_.then_answer({input.id, Done{input.count}});
}

// S25, `pause_after_failures`: counted is what ends, with all its attempts.
void Scheduler::State::count_failure(JobState& state, const Run& closed) {
  if (state.job == nullptr || !state.job->policies->pause_after_failures) return;
  const bool succeeded = closed.outcome == RunOutcome::succeeded;
  if (!succeeded && !is_failure(*closed.outcome)) return;
  JobStanding& standing = state.need_extras().standing;
  const std::uint32_t before = standing.failures_in_row;
  standing.failures_in_row = succeeded ? 0 : before + 1;
  if (standing.failures_in_row != before) record_standing(state);
  if (standing.failures_in_row < *state.job->policies->pause_after_failures || standing.pause) return;
  pause_by_itself(state, std::to_string(standing.failures_in_row) + " failures in a row");
}

void Scheduler::State::pause_by_itself(JobState& state, const std::string& why) {
  constexpr auto who = "belfry";
  pause(state, {.since = now().wall, .by = who, .reason = why});
  note({.kind = EventKind::job_paused, .job = state.name, .who = who, .detail = why});
}

}  // namespace belfry
