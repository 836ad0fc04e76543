// Slots that have come.
#include <algorithm>

#include <scheduler/missed.h>
#include <scheduler/state.h>

namespace belfry {

// Every job whose next undecided slot is not in the future is decided now, in one turn, in the order of the slots and
// then of the file (S5). A job that is decided leaves the present: its next slot is later than now.
void Scheduler::State::decide_due_slots(const Now& now) {
  while (!outbox_.failing() && !due_.empty() && due_.top().due <= now.wall) decide(due_.top().item, now);
}

void Scheduler::State::decide(JobIndex index, const Now& now) {
  JobState& state = jobs_.at(index);
  const auto stretch = state.job->schedule.slots_in(state.decided_upto(), now.wall);
  VERIFY(stretch.has_value());
  decide_stretch(state, *stretch, now);
  rearm(index);
}

void Scheduler::State::decide_stretch(JobState& state, const Stretch& stretch, const Now& now) {
  const auto all = [&](SlotOutcome outcome, Reason reason) {
    return SlotsDecided{
        .job = state.seen.job, .era = state.seen.era, .slots = stretch, .outcome = outcome, .reason = reason};
  };
  if (!state.job->enabled) {
    record_slots(state, all(SlotOutcome::skipped, Reason::disabled));
    return;
  }
  const Schedule& schedule = state.job->schedule;
  const MissedDecision decision =
      decide_missed({.stretch = stretch, .next = schedule.next_after(stretch.last), .now = now.wall});
  if (!decision.run) {
    record_slots(state, all(SlotOutcome::missed, Reason::late_limit));
    return;
  }
  if (!state.open.empty()) {  // S21: `skip`; S22: decided from what runs
    SlotsDecided skipped = all(SlotOutcome::skipped, Reason::overlap);
    skipped.cause = state.open.front();
    record_slots(state, std::move(skipped));
    return;
  }
  const WallTime before = state.decided_upto();
  const Run& run = open_run(state,
                            {.trigger = decision.is_catch_up ? RunTrigger::catch_up : RunTrigger::schedule,
                             .slot = decision.run,
                             .stands_for = stretch.count},
                            now);
  if (const auto older = schedule.slots_in(before, *decision.run - Millis{1})) {
    record_slots(state, {.job = state.seen.job,
                         .era = state.seen.era,
                         .slots = *older,
                         .outcome = SlotOutcome::coalesced,
                         .cause = run.id});
  }
  state.move_mark(stretch.last);
}

void Scheduler::State::record_slots(JobState& state, SlotsDecided decided) {
  state.move_mark(decided.slots.last);
  outbox_.then_tell(SlotsDecidedNotice{decided});
  outbox_.record(std::move(decided));
}

// Puts the job's next undecided slot on the heap. It may lie in the past: then it is decided at once.
void Scheduler::State::rearm(JobIndex index) {
  const JobState& state = jobs_.at(index);
  if (const auto next = state.job->schedule.next_after(state.decided_upto())) {
    due_.set(index, *next);
  } else {
    due_.erase(index);
  }
}

}  // namespace belfry
