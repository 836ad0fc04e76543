// Slots that have come.
#include <algorithm>

#include <base/verify.h>
#include <scheduler/missed.h>
#include <scheduler/segments.h>
#include <scheduler/state.h>

namespace belfry {

namespace {

// The slots after `decided` that are due now. Only the newest can still be held back by its delay, which ends before
// the slot after it (S11).
std::optional<Stretch> slots_due(const Schedule& schedule, WallTime decided, WallTime now) {
  const auto come = schedule.slots_in(decided, now);
  if (!come || come->last + schedule.delay(come->last) <= now) return come;
  return schedule.slots_in(decided, come->last - Millis{1});
}

}  // namespace

// Every job whose next undecided slot is not in the future is decided now, in one turn, in the order of the slots and
// then of the file (S5). A job that is decided leaves the present: its next slot is later than now.
void Scheduler::State::decide_due_slots(const Now& now) {
  while (!outbox_.failing() && !due_.empty() && due_.top().due <= now.wall) decide(due_.top().item, now);
}

void Scheduler::State::decide(JobIndex index, const Now& now) {
  JobState& state = jobs_.at(index);
  const Schedule& schedule = state.job->schedule;
  const auto stretch = slots_due(schedule, state.decided_upto(), now.wall);
  VERIFY(stretch.has_value());
  if (state.job->enabled) {
    decide_stretch(state, *stretch, now);
  } else {
    record_slots(state, *stretch, {.outcome = SlotOutcome::skipped, .reason = Reason::disabled});
  }
  rearm(index);
}

// Of the slots that no calendar excludes the newest may run, and speaks for the others (S18).
void Scheduler::State::decide_stretch(JobState& state, const Stretch& stretch, const Now& now) {
  const std::vector<Segment> segments = divide(state.job->schedule, stretch);
  std::int64_t allowed = 0;
  std::optional<WallTime> newest;
  for (const Segment& segment : segments) {
    if (segment.excluded) continue;
    allowed += segment.slots.count;
    newest = segment.slots.last;
  }
  const SlotFate fate = newest ? decide_newest(state, *newest, allowed, now) : SlotFate{};
  for (const Segment& segment : segments) {
    if (segment.excluded) {
      record_slots(state, segment.slots,
                   {.outcome = SlotOutcome::skipped, .reason = Reason::excluded, .detail = *segment.excluded});
    } else {
      record_allowed(state, segment.slots, *newest, fate);
    }
  }
}

// Runs the newest slot that may, or says what becomes of it and of those before it.
Scheduler::State::SlotFate Scheduler::State::decide_newest(JobState& state, WallTime newest, std::int64_t allowed,
                                                           const Now& now) {
  const Schedule& schedule = state.job->schedule;
  const MissedDecision decision = decide_missed({.newest = newest,
                                                 .count = allowed,
                                                 .next = schedule.next_after(newest),
                                                 .delay = schedule.delay(newest),
                                                 .now = now.wall});
  if (!decision.runs) return {.outcome = SlotOutcome::missed, .reason = Reason::late_limit};
  if (!state.open.empty()) {  // S21: `skip`; S22: decided from what runs
    return {.outcome = SlotOutcome::skipped, .reason = Reason::overlap, .cause = state.open.front()};
  }
  const Run& run = open_run(state,
                            {.trigger = decision.is_catch_up ? RunTrigger::catch_up : RunTrigger::schedule,
                             .slot = newest,
                             .due = newest + schedule.delay(newest),
                             .stands_for = allowed},
                            now);
  return {.outcome = SlotOutcome::coalesced, .cause = run.id, .newest_runs = true};
}

void Scheduler::State::record_allowed(JobState& state, const Stretch& slots, WallTime newest, const SlotFate& fate) {
  if (!fate.newest_runs || slots.last != newest) return record_slots(state, slots, fate);
  if (slots.count > 1) {
    const auto older = state.job->schedule.slots_in(slots.first - Millis{1}, newest - Millis{1});
    VERIFY(older.has_value());
    record_slots(state, *older, fate);
  }
  state.move_mark(newest);
}

void Scheduler::State::record_slots(JobState& state, const Stretch& slots, const SlotFate& fate) {
  SlotsDecided decided{.job = state.seen.job,
                       .era = state.seen.era,
                       .slots = slots,
                       .outcome = fate.outcome,
                       .reason = fate.reason,
                       .cause = fate.cause,
                       .detail = fate.detail};
  state.move_mark(slots.last);
  outbox_.then_tell(SlotsDecidedNotice{decided});
  outbox_.record(std::move(decided));
}

// Puts the job's next undecided slot on the heap. It may lie in the past: then it is decided at once.
void Scheduler::State::rearm(JobIndex index) {
  const JobState& state = jobs_.at(index);
  if (const auto next = state.job->schedule.next_after(state.decided_upto())) {
    due_.set(index, *next + state.job->schedule.delay(*next));
  } else {
    due_.erase(index);
  }
}

}  // namespace belfry
