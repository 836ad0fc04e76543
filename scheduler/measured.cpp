// Intervals that are measured from the job's last run (S8). They have no grid: there is one slot at a time.
#include <scheduler/state.h>

namespace belfry {

// S8, `measured_from`: one slot, a period after the last run began or ended.
void Scheduler::State::decide_measured(JobIndex index) {
  JobState& state = jobs_.at(index);
  const auto next = next_due_of(state);
  const WallTime time = time_of(*state.job);
  if (!next || *next > time) return;  // somebody asked for a run since: the job is measured from its end
  const WallTime slot = *next;
  const Stretch one{.first = slot, .last = slot, .count = 1};
  const MissedDecision decision = decide_missed(state.job->policies->missed, {.newest = slot, .now = time});
  std::optional<SlotFate> fate = fate_of_measured(state);
  if (!fate && decision.verdict == MissedDecision::Verdict::none_of_them) fate = missed_fate(state);
  if (!fate) {
    fate = start_slot(
        index,
        {.trigger = decision.is_catch_up ? RunTrigger::catch_up : RunTrigger::schedule, .slot = slot, .due = slot});
  }
  if (fate) record_slots(state, one, *fate);
  state.need_extras().standing.anchor = time;  // of a run, until it says when it began or ended
  record_standing(state);
}

std::optional<SlotFate> Scheduler::State::fate_of_measured(JobState& state) {
  if (!state.job->enabled) return SlotFate{.reason = Reason::disabled};
  if (!state.extras) return std::nullopt;
  JobStanding& standing = state.extras->standing;
  if (state.is_paused(now().wall)) return paused_fate(*standing.pause);
  if (standing.pause) resume(state, "");
  if (standing.skip_next > 0) {
    --standing.skip_next;
    return SlotFate{.reason = Reason::on_request};
  }
  const auto& max_runs = state.job->policies->max_runs;
  if (max_runs && standing.runs_started >= *max_runs) return SlotFate{.reason = Reason::max_runs};
  return std::nullopt;
}

void Scheduler::State::measure_from_finish(JobState& state) {
  if (state.job == nullptr || !state.job->measured || state.job->measured->from != MeasuredInterval::From::finish)
    return;
  state.need_extras().standing.anchor = clocks_.elapsed();
  record_standing(state);
}

}  // namespace belfry
