#include <algorithm>
#include <utility>

#include <belfry/scheduler.h>

#include <base/text.h>
#include <base/verify.h>
#include <scheduler/state.h>

namespace belfry {

Scheduler::State::State(Options options, Snapshot snapshot)
    : options_(std::move(options)),
      ledger_identity_(snapshot.identity),
      last_sequence_(snapshot.last_sequence),
      clocks_(snapshot.interval_time, options_.boot),
      jobs_(snapshot.jobs),
      queues_(options_.limits),
      outbox_(snapshot.last_batch) {
  for (Backfill& backfill : snapshot.backfills) {
    last_sequence_ = std::max(last_sequence_, backfill.id);  // its number is taken
    left_backfills_.emplace(backfill.id, std::move(backfill));
  }
  for (KeptKey& kept : snapshot.keys) kept_.keep_key(std::move(kept.key), kept.run);
  for (const KeptRequest& request : snapshot.requests) kept_.keep(request);
  for (Run& run : snapshot.open_runs) take_over(std::move(run));
}

// What is known must be known before anything is decided; what was decided goes out as one batch.
void Scheduler::State::advance(const Now& now, Actions& out) {
  out.clear();
  const Clocks::Seen seen = look_at_clocks(now, out);
  if (seen.is_first) date_restored_runs();
  std::swap(inputs_, taken_);
  for (Input& input : taken_) {
    std::visit([&](auto& happened) { take(happened, out); }, input);
  }
  taken_.clear();
  if (seen.is_first) runs_.for_each([this](RunHandle handle) { VERIFY(runs_.at(handle).is_resolved); });
  if (std::exchange(owes_startups_, false)) fire_startups();  // what an earlier daemon left stands in their way
  if (was_clock_wrong(seen)) put_clock_right(out);
  if (may_decide()) {
    ring_timers();
    decide_all();
    admit();
  }
  record_moved_runs();
  if (const auto ahead = clocks_.unsaved()) outbox_.record(*ahead);
  outbox_.offer(now.boot, out);
}

// While the ledger fails nothing new is decided (S2), and a daemon that is about to stop leaves what is due to the
// next.
bool Scheduler::State::may_decide() const { return !outbox_.failing() && !is_stopping_ && set_ != nullptr; }

Clocks::Seen Scheduler::State::look_at_clocks(const Now& now, Actions& out) {
  using What = ClockNotice::What;
  const Clocks::Seen seen = clocks_.look(now);
  gap_ = outbox_.failing()        ? Reason::ledger_unavailable
         : seen.slept > Millis{0} ? Reason::suspended
         : seen.step > Millis{0}  ? Reason::clock
                                  : Reason::down;
  if (seen.slept > Millis{0}) out.notices.push_back(ClockNotice{.what = What::slept, .by = seen.slept});
  if (seen.step > Millis{0}) out.notices.push_back(ClockNotice{.what = What::set_forward, .by = seen.step});
  if (seen.step < Millis{0}) out.notices.push_back(ClockNotice{.what = What::set_back, .by = -seen.step});
  if (seen.slept > Millis{0}) note_clock(EventKind::machine_slept, seen.slept, "");
  if (seen.step > Millis{0}) note_clock(EventKind::clock_set, {}, "set forward by " + format_duration(seen.step));
  if (seen.step < Millis{0}) note_clock(EventKind::clock_set, {}, "set back by " + format_duration(-seen.step));
  return seen;
}

void Scheduler::State::note(Event event) {
  event.at = now().wall;
  outbox_.record(std::move(event));
}

void Scheduler::State::note_clock(EventKind kind, Millis slept, std::string detail) {
  if (!clock_events_.lets_through(now().boot)) return;
  const auto since = slept > Millis{0} ? std::optional(now().wall - slept) : std::nullopt;
  note({.kind = kind, .since = since, .detail = std::move(detail)});
}

// It may have happened before.
void Scheduler::State::take(EventNoted& input, Actions&) { outbox_.record(std::move(input.event)); }

// A clock that goes back by more than a day was wrong before (S16). After a start nobody has seen it go back; then
// slots that were decided more than a day ahead say the same.
bool Scheduler::State::was_clock_wrong(const Clocks::Seen& seen) const {
  if (seen.step <= -Clocks::wrong_min) return true;
  if (clocks_.elapsed() - now().wall > Clocks::wrong_min) return true;
  if (!seen.is_first) return false;
  for (JobIndex index = 0; index < jobs_.named_count(); ++index) {
    if (jobs_.at(index).decided_upto() > now().wall + Clocks::wrong_min) return true;
  }
  return false;
}

// Jobs whose mark lies ahead begin again from now on, in a new era, so that no slot's key repeats.
void Scheduler::State::put_clock_right(Actions& out) {
  ClockNotice notice{.what = ClockNotice::What::rebased};
  clocks_.begin_again();
  for (JobIndex index = 0; index < jobs_.named_count(); ++index) {
    JobState& state = jobs_.at(index);
    const Millis ahead = state.decided_upto() - now().wall;
    if (ahead <= Millis{0}) continue;
    state.era = Era{static_cast<std::uint32_t>(state.era) + 1};
    state.counts_from = now().wall;
    state.breaker = {};
    outbox_.record(seen_of(state));
    if (state.extras && state.extras->standing.anchor) {
      state.extras->standing.anchor = now().wall;
      record_standing(state);
    }
    notice.by = std::max(notice.by, ahead);
    ++notice.jobs;
  }
  for (JobIndex index = 0; index < jobs_.named_count(); ++index) rearm(index);
  if (notice.jobs == 0) return;
  out.notices.push_back(notice);
  note({.kind = EventKind::clock_set,
        .detail = "wrong, and is put right: the schedules of " + std::to_string(notice.jobs) + " jobs had gone up to " +
                  format_duration(notice.by) + " ahead"});
}

// The timers of runs: what was delayed has its time, a pause between attempts is over, or a deadline has passed.
void Scheduler::State::ring_timers() {
  while (!timers_.empty() && timers_.top().due <= now().boot) {
    const RunHandle handle = timers_.top().item;
    timers_.erase(handle);
    const auto left = deadline_left(runs_.at(handle));
    if (left && *left <= Millis{0}) {
      close_run(handle, RunOutcome::timed_out, Reason::deadline);
    } else {
      release(handle);
    }
  }
  while (!wall_timers_.empty() && wall_timers_.top().due <= now().wall) {
    const RunHandle handle = wall_timers_.top().item;
    wall_timers_.erase(handle);
    release(handle);
  }
}

// What follows from jobs that have become idle, and slots that are due; each may make the other.
void Scheduler::State::decide_all() {
  do {
    settle_idle_jobs();
    decide_due_slots();
  } while (!idle_.empty());
}

Wakeup Scheduler::State::next_wakeup() {
  Wakeup wakeup;
  const auto at_boot = [&](std::optional<BootTime> t) {
    if (t && (!wakeup.boot || *t < *wakeup.boot)) wakeup.boot = t;
  };
  const auto at_wall = [&](WallTime t) {
    if (!wakeup.wall || t < *wakeup.wall) wakeup.wall = t;
  };
  at_boot(outbox_.retry_at());
  if (!may_decide()) return wakeup;  // what is due must not wake anybody
  if (!due_by_wall_.empty()) at_wall(due_by_wall_.top().due);
  if (!wall_timers_.empty()) at_wall(wall_timers_.top().due);
  if (!due_by_elapsed_.empty()) at_boot(clocks_.when_elapsed(due_by_elapsed_.top().due));
  if (!timers_.empty()) at_boot(timers_.top().due);
  at_boot(queues_.next_admission(now().boot));
  return wakeup;
}

Scheduler::Scheduler(Options options, Snapshot snapshot)
    : state_(std::make_unique<State>(std::move(options), std::move(snapshot))) {}
Scheduler::Scheduler(Scheduler&&) noexcept = default;
Scheduler& Scheduler::operator=(Scheduler&&) noexcept = default;
Scheduler::~Scheduler() = default;

void Scheduler::submit(Input input) { state_->submit(std::move(input)); }
void Scheduler::advance(const Now& now, Actions& out) { state_->advance(now, out); }
Wakeup Scheduler::next_wakeup() const { return state_->next_wakeup(); }
std::optional<Millis> Scheduler::sure_ahead(Millis most) const { return state_->sure_ahead(most); }
const View& Scheduler::view() const { return *state_; }

}  // namespace belfry
