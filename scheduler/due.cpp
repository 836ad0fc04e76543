// Slots that have come.
#include <algorithm>

#include <base/verify.h>
#include <scheduler/segments.h>
#include <scheduler/state.h>

namespace belfry {

namespace {

// The slots after `decided` that are due by `then`. Only the newest can still be held back by its delay, which ends
// before the slot after it (S11).
std::optional<Stretch> slots_due(const Schedule& schedule, WallTime decided, WallTime then) {
  const auto come = schedule.slots_in(decided, then);
  if (!come || come->last + schedule.delay(come->last) <= then) return come;
  return schedule.slots_in(decided, come->last - Millis{1});
}

}  // namespace

// Intervals follow elapsed time, which nobody sets (S8).
WallTime Scheduler::State::time_of(const Job& job) const {
  return job.measured || job.schedule.follows_elapsed_time() ? clocks_.elapsed() : now().wall;
}

// ---- Which job is next --------------------------------------------------------------------------------------------

// In the order of the slots, and then of the file (S5).
std::optional<JobIndex> Scheduler::State::next_due() const {
  const bool wall = !due_by_wall_.empty() && due_by_wall_.top().due <= now().wall;
  const bool elapsed = !due_by_elapsed_.empty() && due_by_elapsed_.top().due <= clocks_.elapsed();
  if (!wall && !elapsed) return std::nullopt;
  if (!wall) return due_by_elapsed_.top().item;
  if (!elapsed) return due_by_wall_.top().item;
  const auto& by_wall = due_by_wall_.top();
  const auto& by_elapsed = due_by_elapsed_.top();
  const bool wall_first = std::pair(by_wall.due, by_wall.item) < std::pair(by_elapsed.due, by_elapsed.item);
  return wall_first ? by_wall.item : by_elapsed.item;
}

// A job that is decided leaves the present: its next slot is later than now, or it is held until it is idle.
void Scheduler::State::decide_due_slots() {
  while (const auto index = next_due()) decide(*index);
}

void Scheduler::State::disarm(JobIndex index) {
  due_by_wall_.erase(index);
  due_by_elapsed_.erase(index);
  held_.erase(index);
}

// Puts the job's next undecided slot on its heap. It may lie in the past: then it is decided at once.
void Scheduler::State::rearm(JobIndex index) {
  const JobState& state = jobs_.at(index);
  const Job& job = *state.job;
  const auto due = next_due_of(state);
  if (!due) return disarm(index);
  if (state.is_held) {
    disarm(index);
    return held_.set(index, *due);
  }
  held_.erase(index);
  const bool follows_elapsed = job.measured || job.schedule.follows_elapsed_time();
  (follows_elapsed ? due_by_elapsed_ : due_by_wall_).set(index, *due);
}

std::optional<WallTime> Scheduler::State::next_due_of(const JobState& state) const {
  const Job& job = *state.job;
  if (job.measured) {
    // Measured from its finish, a job is not due before it has finished.
    if (job.measured->from == MeasuredInterval::From::finish && !is_idle(state)) return std::nullopt;
    const bool is_anchored = state.extras && state.extras->standing.anchor;
    // An anchor from before the job's last change owes nothing (S19), and slots increase (S4).
    const WallTime anchor = is_anchored ? *state.extras->standing.anchor : state.counts_from;
    const WallTime slot = std::max(anchor, state.counts_from) + job.measured->period;
    return std::max(slot, state.decided_upto() + Millis{1});
  }
  const auto next = job.schedule.next_after(state.decided_upto());
  if (!next) return std::nullopt;
  return *next + job.schedule.delay(*next);
}

// ---- What becomes of its slots ------------------------------------------------------------------------------------

void Scheduler::State::decide(JobIndex index) {
  JobState& state = jobs_.at(index);
  bool comes_again = false;
  if (state.job->measured) {
    decide_measured(index);
  } else {
    const auto stretch = slots_due(state.job->schedule, state.decided_upto(), time_of(*state.job));
    VERIFY(stretch.has_value());
    comes_again = decide_stretch(index, *stretch);
  }
  if (!comes_again) state.goes_on = false;
  rearm(index);
}

// True: slots that do not run are decided, and the job comes again with the others when it is their turn. It does not
// go before jobs that are due at the same time as those (S5).
bool Scheduler::State::decide_stretch(JobIndex index, const Stretch& stretch) {
  JobState& state = jobs_.at(index);
  const Schedule& schedule = state.job->schedule;
  const bool is_plain = stretch.count == 1 && state.job->enabled && !state.extras;
  const bool may_catch_up = state.job->policies->missed.action == MissedPolicy::Action::all;
  if (is_plain && !may_catch_up && !schedule.excluded(stretch.first)) {
    decide_one(index, stretch.first);
    return false;
  }
  Pieces pieces(schedule, stretch);
  bool comes_again = false;
  if (!state.job->enabled) {
    pieces.decide_all({.outcome = SlotOutcome::skipped, .reason = Reason::disabled});
  } else if (!decide_by_standing(state, pieces)) {
    comes_again = pieces.is_oldest_decided();
    if (comes_again) {
      pieces.keep_from(pieces.oldest_undecided());
    } else {
      decide_pieces(index, pieces);
    }
  }
  record_pieces(state, pieces);
  return comes_again;
}

// The way of nearly every slot: one that has just come, of a job of which nothing special is known.
void Scheduler::State::decide_one(JobIndex index, WallTime slot) {
  JobState& state = jobs_.at(index);
  const Schedule& schedule = state.job->schedule;
  const Millis delay = schedule.delay(slot);
  DueSlots due{.newest = slot, .delay = delay, .now = time_of(*state.job)};
  if (due.late() >= catch_up_lateness) due.next = schedule.next_after(slot);
  const MissedDecision decision = decide_missed(state.job->policies->missed, due);
  const Stretch one{.first = slot, .last = slot, .count = 1};
  if (decision.verdict == MissedDecision::Verdict::none_of_them) return record_slots(state, one, missed_fate(state));
  const auto fate = start_slot(index, {.trigger = decision.is_catch_up ? RunTrigger::catch_up : RunTrigger::schedule,
                                       .slot = slot,
                                       .due = slot + delay});
  if (fate) record_slots(state, one, *fate);
}

// A pause, slots that somebody asked to leave out, runs that were to be so many and no more. True: nothing is left.
bool Scheduler::State::decide_by_standing(JobState& state, Pieces& pieces) {
  if (!state.extras) return pieces.undecided() == 0;
  JobStanding& standing = state.extras->standing;
  if (standing.pause) {
    pieces.decide_upto(standing.pause->until.value_or(WallTime::max()), paused_fate(*standing.pause));
    if (!state.is_paused(now().wall)) resume(state, "");
  }
  if (standing.skip_next > 0 && pieces.undecided() > 0) {
    const auto count = std::min<std::int64_t>(standing.skip_next, pieces.undecided());
    pieces.decide_oldest(count, {.reason = Reason::on_request});
    standing.skip_next -= static_cast<std::uint32_t>(count);
    record_standing(state);
  }
  const auto& max_runs = state.job->policies->max_runs;
  if (max_runs && standing.runs_started >= *max_runs) pieces.decide_all({.reason = Reason::max_runs});
  return pieces.undecided() == 0;
}

void Scheduler::State::decide_pieces(JobIndex index, Pieces& pieces) {
  JobState& state = jobs_.at(index);
  const Schedule& schedule = state.job->schedule;
  if (pieces.undecided() == 0) return;
  const MissedPolicy& policy = state.job->policies->missed;
  const WallTime newest = pieces.newest_undecided();
  const DueSlots due{.newest = newest,
                     .count = pieces.undecided(),
                     .next = schedule.next_after(newest),
                     .delay = schedule.delay(newest),
                     .now = time_of(*state.job)};
  const MissedDecision decision = decide_missed(policy, due);
  switch (decision.verdict) {
    case MissedDecision::Verdict::none_of_them:
      return pieces.decide_all(missed_fate(state));
    case MissedDecision::Verdict::one_by_one:
      return run_oldest(index, pieces, lateness_that_counts(policy, due));
    case MissedDecision::Verdict::runs:
      // Slots that come while earlier ones are caught up with wait behind them (S18).
      if (policy.action == MissedPolicy::Action::all && is_catching_up(state)) return hold(state, pieces);
      return run_newest(index, pieces, decision);
  }
}

// The newest runs, and the older ones are coalesced into it or missed.
void Scheduler::State::run_newest(JobIndex index, Pieces& pieces, const MissedDecision& decision) {
  JobState& state = jobs_.at(index);
  const WallTime newest = pieces.newest_undecided();
  const bool speaks_for_older = decision.older == SlotOutcome::coalesced;
  const std::int64_t count = pieces.undecided();
  if (!speaks_for_older) pieces.decide_oldest(count - 1, missed_fate(state));
  const auto fate = start_slot(index, {.trigger = decision.is_catch_up ? RunTrigger::catch_up : RunTrigger::schedule,
                                       .slot = newest,
                                       .due = newest + state.job->schedule.delay(newest),
                                       .stands_for = speaks_for_older ? count : 1});
  if (fate) return pieces.decide_all(*fate);
  const RunId run = runs_.at(state.open.last).run.id;
  pieces.decide_oldest(pieces.undecided() - 1, {.outcome = SlotOutcome::coalesced, .cause = run});
}

// S18, `all`: one at a time, oldest first. Those that are too old or too many are missed, and the rest stay undecided
// until the job is idle again: however many they are, they take no room.
void Scheduler::State::run_oldest(JobIndex index, Pieces& pieces, Millis limit) {
  JobState& state = jobs_.at(index);
  const std::int64_t max = state.job->policies->missed.max;
  const WallTime still_counts = time_of(*state.job) - limit;
  if (const auto too_late = slots_due(state.job->schedule, state.decided_upto(), still_counts - Millis{1})) {
    pieces.decide_upto(too_late->last, missed_fate(state));
  }
  if (pieces.undecided() > max) {
    pieces.decide_oldest(pieces.undecided() - max, {.outcome = SlotOutcome::missed, .reason = Reason::cap});
  }
  if (pieces.undecided() == 0) return;
  if (!is_idle(state)) return hold(state, pieces);
  const WallTime oldest = pieces.oldest_undecided();
  const auto fate = start_slot(
      index, {.trigger = RunTrigger::catch_up, .slot = oldest, .due = oldest + state.job->schedule.delay(oldest)});
  if (fate) {
    pieces.decide_oldest(1, *fate);
    if (pieces.undecided() > 0)
      pieces.keep_from(pieces.oldest_undecided());  // what comes after it too: marks only rise
    return;
  }
  pieces.keep_from(oldest);
  state.is_held = true;
}

void Scheduler::State::hold(JobState& state, Pieces& pieces) {
  state.is_held = true;
  if (pieces.undecided() > 0) pieces.keep_from(pieces.oldest_undecided());
}

bool Scheduler::State::is_catching_up(const JobState& state) const {
  bool found = false;
  runs_.for_each_of(state.open,
                    [&](RunHandle handle) { found = found || runs_.at(handle).run.trigger == RunTrigger::catch_up; });
  return found;
}

// ---- Starting, and saying why not ---------------------------------------------------------------------------------

SlotFate Scheduler::State::missed_fate(const JobState& state) const {
  const bool skips = state.job->policies->missed.action == MissedPolicy::Action::skip;
  const Reason late = gap_ == Reason::ledger_unavailable ? gap_ : Reason::late_limit;
  return {.outcome = SlotOutcome::missed, .reason = skips ? gap_ : late};
}

// Opens the slot's run; else says what becomes of the slot.
std::optional<SlotFate> Scheduler::State::start_slot(JobIndex index, Opening opening) {
  JobState& state = jobs_.at(index);
  const bool on_time = opening.trigger == RunTrigger::schedule;
  if (on_time && !state.job->measured && state.breaker.trips(state.job->schedule, *opening.slot, now().boot)) {
    const std::string why = "it was started more often than its schedule can explain; this is a fault of belfry";
    pause_by_itself(state, why);
    outbox_.then_tell(JobTroubleNotice{.job = state.name, .what = why});
    return SlotFate{.reason = Reason::circuit_breaker};
  }
  if (!on_time) space_catch_up(state, opening);
  const auto entered = enter(index, opening);
  if (!entered) {
    const Obstacle& obstacle = entered.error();
    return SlotFate{.reason = obstacle.reason, .cause = obstacle.cause, .detail = obstacle.detail};
  }
  if (state.job->policies->max_runs) {
    ++state.need_extras().standing.runs_started;
    record_standing(state);
  }
  return std::nullopt;
}

// S20: the first catch-ups of different jobs are let out one after the other. A job that goes on catching up has waited
// for its own earlier runs already.
void Scheduler::State::space_catch_up(const JobState& state, Opening& opening) {
  if (state.goes_on || !is_idle(state)) return;
  const BootTime let_out = std::max(now().boot, next_catch_up_);
  next_catch_up_ = let_out + options_.limits.catch_up_spacing;
  if (let_out == now().boot) return;
  opening.place = Place::delayed;
  opening.delay = let_out - now().boot;
}

void Scheduler::State::record_pieces(JobState& state, const Pieces& pieces) {
  for (const Piece& piece : pieces.list()) {
    if (piece.fate) record_slots(state, piece.slots, *piece.fate);
  }
}

// The ledger joins a row to the one before that says the same, unless it knows of a run between them: so it has to know
// of those that were opened in this turn.
void Scheduler::State::record_runs_before(const JobState& state, WallTime slot) {
  for (RunHandle handle = state.open.last; handle != no_run; handle = runs_.at(handle).previous) {
    const OpenRun& open = runs_.at(handle);
    if (open.is_recorded) return;  // as are all that are older
    if (!open.run.slot || open.run.slot->at >= slot) continue;
    record_opened(handle);
    outbox_.then_tell(RunQueuedNotice{open.run});
  }
}

void Scheduler::State::record_slots(JobState& state, const Stretch& slots, const SlotFate& fate) {
  record_runs_before(state, slots.first);
  SlotsDecided decided{.job = state.name,
                       .era = state.era,
                       .slots = slots,
                       .outcome = fate.outcome,
                       .reason = fate.reason,
                       .cause = fate.cause,
                       .detail = fate.detail};
  if (slots.last > state.decided_upto()) state.move_mark(slots.last);
  outbox_.then_tell(SlotsDecidedNotice{decided});
  outbox_.record(std::move(decided));
}

}  // namespace belfry
