// The life of runs.
#include <algorithm>
#include <cmath>

#include <base/text.h>
#include <tests/sim/witness.h>

namespace belfry::sim {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t lately_max = 30;
constexpr std::uint32_t uncounted_most = 20;

bool holds(const std::vector<CodeRange>& ranges, int code) {
  return std::any_of(ranges.begin(), ranges.end(), [code](CodeRange r) { return r.first <= code && code <= r.last; });
}

// ---- S24, as it is written

struct Pause {
  Millis least{};
  Millis most{};
};

bool asks_for_later(const Run& closed) {
  return closed.outcome == RunOutcome::failed && closed.end == ProcessEnd{.code = 75};
}

bool is_worth_a_retry(const RetryPolicy& retry, const Run& closed) {
  if (closed.outcome == RunOutcome::timed_out) return retry.on.timeout;
  if (closed.outcome == RunOutcome::start_failed) return retry.on.start;
  if (closed.outcome == RunOutcome::lost) return retry.on.lost;
  if (closed.end && closed.end->how == ProcessEnd::How::signalled) return retry.on.signal;
  const int code = closed.end ? closed.end->code : 0;
  if (code == 78 || holds(retry.not_exit_codes, code)) return false;
  return retry.on.exit && (retry.exit_codes.empty() || holds(retry.exit_codes, code));
}

Pause pause_before(const RetryPolicy& retry, std::uint32_t nth) {
  if (!retry.delays.empty()) {
    const Millis delay = retry.delays[std::min<std::size_t>(nth, retry.delays.size()) - 1];
    return {delay, delay};
  }
  double delay = static_cast<double>(retry.delay.count());
  for (std::uint32_t i = 1; i < nth; ++i) delay *= retry.backoff;
  delay = std::min(delay, static_cast<double>(retry.max_delay.count()));
  const double least = retry.jitter == RetryPolicy::Jitter::full ? delay / 10 : delay;
  return {Millis{static_cast<std::int64_t>(std::floor(least))}, Millis{static_cast<std::int64_t>(std::ceil(delay))}};
}

// The pause after an attempt that ended like this; none: there is no other attempt.
std::optional<Pause> allowed_pause(const Policies& policies, const Run& closed) {
  const bool reruns = closed.outcome == RunOutcome::lost && policies.on_lost == OnLost::rerun;
  if (policies.retry) {
    const RetryPolicy& retry = *policies.retry;
    if (asks_for_later(closed) && closed.uncounted < uncounted_most) return pause_before(retry, closed.uncounted + 1);
    const std::uint32_t retries = closed.attempt - closed.uncounted - 1;
    if (retries < retry.max && is_worth_a_retry(retry, closed)) {
      const Pause pause = pause_before(retry, retries + 1);
      return reruns ? Pause{Millis{0}, pause.most} : pause;  // too late for a retry, it is run again at once
    }
  }
  if (reruns && closed.uncounted < uncounted_most) return Pause{};
  return std::nullopt;
}

}  // namespace

// ---- records

void Witness::apply(const RunOpened& opened) {
  const Run& run = opened.run;
  if (!sequences_.insert(run.sequence).second) violated("I18: a sequence number is taken: " + who(run));
  const auto [entry, is_new] = runs_.try_emplace(
      run.id,
      KnownRun{.run = run, .opened = {run.opened, window_.upto.real}, .admitted = window_, .started_in = batch_});
  if (!is_new) return violated("I18: an id is taken: " + who(run));
  KnownRun& known = entry->second;
  known.was_delayed = run.not_before.has_value();
  known.opened_in = batch_;
  JobBook& job = book(run.job);
  job.open.push_back(run.id);
  if (job.opened_at != batch_) job.opened_before = std::exchange(job.opened_at, batch_);
  check_opened(run);
  if (!run.slot) return;
  if (!slots_run_.emplace(run.job, run.slot->era, run.slot->at).second)
    violated("I3: a second run for one slot: " + who(run));
  const Stretch slot{.first = run.slot->at, .last = run.slot->at, .count = 1};
  gathered_[run.job].parts.push_back({.slots = slot, .era = run.slot->era, .run = &known.run});
}

void Witness::check_opened(const Run& run) {
  if (!run.key.empty() && !keys_.emplace(run.key, run.id).second) violated("I15: two runs for one key: " + who(run));
  check_wish(run);
  const bool in_the_dark =
      run.slot && ledger_failed_ && run.opened > *ledger_failed_ && (!ledger_works_ || run.opened < *ledger_works_);
  if (in_the_dark && !clock_was_set_) violated("S2: decided while the ledger fails: " + who(run));
  if (run.trigger == RunTrigger::startup) book(run.job).started_up_at = batch_;
  const bool by_itself = run.trigger == RunTrigger::schedule || run.trigger == RunTrigger::catch_up;
  if (run.trigger == RunTrigger::schedule && !run.slot) violated("I9: a scheduled run without a slot: " + who(run));
  if (!by_itself && run.slot) violated("I9: a slot, and nobody's turn: " + who(run));
  const bool was_asked = run.slot || run.trigger != RunTrigger::catch_up || may_fill_.contains(run.requested_by);
  if (!was_asked) violated("I12: it catches up although nobody asked: " + who(run));
  const Job* job = written(run.revision, run.job);
  if (job == nullptr) return;
  JobBook& known = book(run.job);
  if (run.slot && !job->enabled) violated("I12: a disabled job is started by its schedule: " + who(run));
  if (run.slot && job->measured) check_measured(run, *job, known);
  if (run.slot) known.last_began = window_.since.real;
  if (run.slot && job->policies->max_runs && ++known.bounded_runs > *job->policies->max_runs) {
    violated("S10: more than max_runs: " + who(run));
  }
  check_cap(run, *job);
  check_line(run);
  if (run.trigger == RunTrigger::startup && job->startup && job->startup->when == StartupTrigger::When::each_boot &&
      !started_with_.emplace(run.job, run.boot).second) {
    violated("S9: twice in one boot: " + who(run));
  }
}

// S19: whoever wants a pause made up for wants what it has skipped, and not what comes by itself.
void Witness::check_made_up(const Run& run) {
  if (run.slot || run.trigger != RunTrigger::catch_up || !run.nominal) return;
  reached_.count("a pause made up for");
  if (*run.nominal > book(run.job).accounted) violated("S19: it makes up for what was not skipped: " + who(run));
}

// S21, `queue`: no more wait than may. Those that a rule closed at once were never in line.
void Witness::check_waiting(const Run& run) {
  const Job* job = written(run.revision, run.job);
  if (!job || !runs_.at(run.id).run.is_open()) return;
  const JobBook& known = book_of(run);
  const OverlapPolicy& overlap = job->policies->overlap;
  const bool waits = overlap.action == OverlapPolicy::Action::queue && !run.ignores_overlap && !run.not_before &&
                     run.trigger != RunTrigger::backfill;
  if (!waits) return;
  const auto others = std::count_if(known.open.begin(), known.open.end(), [&](const RunId& id) {
    const Run& other = runs_.at(id).run;
    const Job* then = written(other.revision, other.job);
    return id != run.id && then && then->policies->overlap == overlap && !other.ignores_overlap &&
           !runs_.at(id).was_delayed &&
           (is_under_way(other) || (other.state == RunState::queued && other.attempt == 1));
  });
  // One of them may execute, or stand in line: it was there first.
  if (others > static_cast<std::int64_t>(overlap.max_waiting)) violated("I17: more runs wait than may: " + who(run));
}

// What was asked for is what was opened.
void Witness::check_wish(const Run& run) {
  const auto found = wishes_.find(run.requested_by);
  if (run.trigger != RunTrigger::manual || found == wishes_.end()) return;
  const RunRequested& wish = found->second;
  if (wish.key != run.key || wish.nominal != run.nominal || (wish.priority && *wish.priority != run.priority) ||
      (wish.overlap == RunRequested::Overlap::ignore) != run.ignores_overlap) {
    violated("S25: not what was asked for: " + who(run));
  }
  const bool is_early = (wish.at && *wish.at > run.not_before.value_or(run.opened)) ||
                        (wish.delay && *wish.delay > run.not_before.value_or(run.opened) - run.opened);
  if (is_early) violated("S25: asked for later, and is due now: " + who(run));
}

// S18, `all`: no more catch-ups than `max`, and those are the newest.
void Witness::check_cap(const Run& run, const Job& job) {
  const MissedPolicy& missed = job.policies->missed;
  const bool counts = run.trigger == RunTrigger::catch_up && run.slot && missed.action == MissedPolicy::Action::all;
  if (!counts || job.measured || !window_.is_instant() || job.schedule.follows_elapsed_time()) return;
  const WallTime slot = run.slot->at;
  if (job.schedule.same_verdict_upto(slot) != WallTime::max()) return;  // calendars take some of them out
  const auto owed = job.schedule.slots_in(slot - 1ms, window_.upto.wall);
  const bool last_is_due = owed && owed->last + job.schedule.delay(owed->last) <= window_.upto.wall;
  if (owed && owed->count > missed.max + (last_is_due ? 0 : 1)) violated("I7: more catch-ups than may be: " + who(run));
}

// S23: a queue takes no more than may wait. Counted are runs that certainly stand in line.
void Witness::check_line(const Run& run) {
  const auto stands_in_line = [&](const Run& other) {
    const Job* then = written(other.revision, other.job);
    const bool is_first = other.attempt == 1 && !runs_.at(other.id).was_delayed && other.state == RunState::queued;
    const bool by_schedule = other.trigger == RunTrigger::schedule || other.trigger == RunTrigger::manual;
    return then && is_first && by_schedule && then->policies->overlap.action == OverlapPolicy::Action::allow;
  };
  const QueueDefinition* queue = nullptr;
  for (const QueueDefinition& defined : sets_[revisions_.at(run.revision)]->queues) {
    if (defined.name == run.queue) queue = &defined;
  }
  if (!queue || !queue->concurrency || sets_.size() > 1 || !stands_in_line(run)) return;
  std::size_t line = 0;
  for (const auto& [name, known] : jobs_) {
    for (const RunId& id : known.open) {
      const Run& other = runs_.at(id).run;
      const bool came_first = other.sequence < run.sequence && other.queue == run.queue;
      if (came_first && (stands_in_line(other) || is_under_way(other))) ++line;
    }
  }
  const std::size_t most = std::size_t{queue->max_waiting} + *queue->concurrency;
  if (line >= most) violated("I17: " + std::to_string(line + 1) + " are in " + run.queue.str() + ": " + who(run));
}

void Witness::apply(const RunChanged& changed) {
  const auto found = runs_.find(changed.run.id);
  if (found == runs_.end()) return violated("I18: a run changes that nobody opened: " + who(changed.run));
  KnownRun& known = found->second;
  check_edge(known.run, changed.run);
  if (changed.run.state == RunState::waiting && known.run.state != RunState::waiting) note_retry(known, changed.run);
  if (changed.run.state == RunState::starting && known.run.state != RunState::starting) known.admitted = window_;
  if (is_under_way(changed.run) && (!is_under_way(known.run) || changed.run.launch != known.run.launch))
    known.started_in = batch_;
  if (known.run.stop == Reason::none && changed.run.stop != Reason::none) {
    known.stopped_in = batch_;
    reached_.count("told to stop");
  }
  const bool is_released = known.run.state == RunState::queued && known.run.not_before && !changed.run.not_before;
  if (is_released && known.run.trigger != RunTrigger::catch_up) known.released = window_.upto.wall;
  const JobName name = known.run.job;
  known.run = changed.run;
  known.run.job = name;
}

// I18: queued -> starting -> waiting -> queued or starting, one attempt later; a launch more only where it is the same
// attempt; and nothing after the end.
void Witness::check_edge(const Run& before, const Run& after) {
  if (!before.is_open()) return violated("I18: a closed run changes: " + who(after));
  const bool same_attempt = after.attempt == before.attempt;
  const bool next_attempt = after.attempt == before.attempt + 1 && after.launch == 1;
  bool is_legal = false;
  switch (before.state) {
    case RunState::queued:
      is_legal =
          same_attempt && after.launch == before.launch && (after.state == RunState::queued || is_under_way(after));
      break;
    case RunState::starting:
    case RunState::running:
      is_legal = same_attempt && (is_under_way(after) || after.state == RunState::waiting);
      break;
    case RunState::waiting:
      is_legal = next_attempt ? after.state == RunState::queued || after.state == RunState::starting
                              : same_attempt && after.state == RunState::waiting;
      break;
  }
  if (!is_legal) {
    violated("I18: " + who(after) + " goes from " + std::string(text(before.state)) + " to " +
             std::string(text(after.state)));
  }
  if (before.stop != Reason::none && after.stop != before.stop)
    violated("I18: a wish to stop is forgotten: " + who(after));
}

void Witness::apply(const AttemptClosed& attempt) {
  const auto found = runs_.find(attempt.run.id);
  if (found == runs_.end() || !found->second.run.is_open())
    return violated("I18: an attempt of no open run: " + who(attempt.run));
  KnownRun& known = found->second;
  check_outcome(known, attempt.run);
  known.attempts.push_back({.closed = attempt.run, .when = window_});
}

// I10: another attempt, and the pause before it, only as the policy says.
void Witness::note_retry(KnownRun& known, const Run& waiting) {
  reached_.count("retries");
  if (known.attempts.empty() || known.attempts.back().closed.attempt != waiting.attempt) {
    return violated("I10: a retry without a failure: " + who(waiting));
  }
  KnownRun::Attempt& attempt = known.attempts.back();
  if (!is_failure(*attempt.closed.outcome))
    violated("I10: a retry after " + std::string(text(*attempt.closed.outcome)) + ": " + who(waiting));
  if (attempt.closed.stop != Reason::none) violated("I10: a retry outlives its cancel: " + who(waiting));
  const bool is_later = asks_for_later(attempt.closed) && attempt.closed.uncounted < uncounted_most;
  const auto known_jobs = candidates(known.run.job, window_);
  const bool all_retry = !known_jobs.empty() && std::all_of(known_jobs.begin(), known_jobs.end(), [](const Job* job) {
    return job->policies->retry.has_value();
  });
  if (is_later && all_retry && waiting.uncounted != attempt.closed.uncounted + 1)
    violated("S24: exit 75 counts: " + who(waiting));
  bool is_allowed = false;
  attempt.least = Millis::max();
  for (const Job* job : candidates(known.run.job, window_)) {
    const auto pause = allowed_pause(*job->policies, attempt.closed);
    if (!pause) continue;
    is_allowed = true;
    attempt.least = std::min(attempt.least, pause->least);
    attempt.most = std::max(attempt.most, pause->most);
  }
  if (!is_allowed)
    return violated("I10: attempt " + std::to_string(waiting.attempt) + " is followed by another: " + who(waiting));
  const bool is_in_time = std::any_of(known_jobs.begin(), known_jobs.end(), [&](const Job* job) {
    const auto& retry = job->policies->retry;
    return !retry || !retry->within || job->policies->on_lost == OnLost::rerun ||
           *waiting.not_before - known.since() <= *retry->within + *retry->within / 500 + 1s;
  });
  if (!is_in_time && !clock_was_set_) violated("I10: it begins later than `within`: " + who(waiting));
  const bool is_early = *waiting.not_before < window_.since.wall + attempt.least;
  const bool is_late = *waiting.not_before > window_.upto.wall + attempt.most;
  if (window_.is_instant() && (is_early || is_late)) {
    violated("I10: a pause of " + format_duration(*waiting.not_before - window_.upto.wall) + " instead of " +
             format_duration(attempt.least) + " to " + format_duration(attempt.most) + ": " + who(waiting));
  }
}

void Witness::apply(const RunClosed& closed) {
  const auto found = runs_.find(closed.run.id);
  if (found == runs_.end()) return violated("I18: a run ends that nobody opened: " + who(closed.run));
  KnownRun& known = found->second;
  if (!known.run.is_open()) return violated("I18: a run ends twice: " + who(closed.run));
  check_end(known, closed.run);
  const bool has_executed = is_under_way(known.run);
  JobBook& job = book(known.run.job);
  std::erase(job.open, closed.run.id);
  const JobName name = known.run.job;
  known.run = closed.run;
  known.run.job = name;
  known.closed_in = batch_;
  lately_closed_.push_back(closed.run.id);
  if (lately_closed_.size() > lately_max) lately_closed_.pop_front();
  gathered_[name].closed.push_back(&known.run);
  if (closed.run.outcome != RunOutcome::skipped) job.ended_at = batch_;
  if (closed.run.outcome == RunOutcome::succeeded) {
    job.succeeded_at = batch_;
    job.successes.insert(closed.run.due);
  }
  if (!job.removed) {  // nobody comes after a job that the file does not name
    job.noted_end = job.ended_at;
    job.noted_success = job.succeeded_at;
  }
  // A plan that gives way to a slot's run is closed after that slot was decided, and on record before its run is.
  if (has_executed && window_.upto.real > job.last_ended.value_or(BootTime{})) job.last_ended = window_.since.real;
}

void Witness::check_end(const KnownRun& known, const Run& closed) {
  if (is_under_way(known.run) && closed.attempt == known.run.attempt) {
    const bool stopped_before_it_began = closed.outcome == RunOutcome::cancelled && !closed.end;
    const bool came_too_late = closed.outcome == RunOutcome::timed_out && !closed.end;
    if (came_too_late) return check_past_deadline(known, closed);
    if (!stopped_before_it_began) check_outcome(known, closed);
    return check_gave_up(known, closed);
  }
  // It ended while it waited.
  const bool in_its_place = closed.reason == Reason::superseded && closed.cause;
  switch (*closed.outcome) {
    case RunOutcome::cancelled:
      return;
    case RunOutcome::skipped:
      if (known.opened_in != batch_ && !known.was_delayed)
        violated("S21: let in once, and turned away later: " + who(closed));
      return;
    case RunOutcome::timed_out:
      return check_past_deadline(known, closed);
    case RunOutcome::failed:
      if (!in_its_place) violated("I4: failed, and did not run: " + who(closed));
      reached_.count("superseded");
      return;
    default:
      return violated("I4: " + std::string(text(*closed.outcome)) + ", and did not run: " + who(closed));
  }
}

// Its deadline came before its start, in line or while the ledger took its time.
void Witness::check_past_deadline(const KnownRun& known, const Run& closed) {
  if (closed.reason != Reason::deadline) violated("I11: timed out, and never ran: " + who(closed));
  const bool was_let_in = is_under_way(known.run);
  if (was_let_in && evidence(closed.id, closed.attempt).executed) violated("I5: it did run: " + who(closed));
  if (!may_be_past_deadline(known)) violated("I11: it is ended before its deadline: " + who(closed));
  reached_.count(was_let_in ? "deadline before its start" : "deadline while waiting");
}

bool Witness::may_be_past_deadline(const KnownRun& known) const {
  Window window = window_;
  if (is_under_way(known.run)) window.first_set = std::min(window.first_set, known.admitted.first_set);
  const auto jobs = candidates(known.run.job, window);
  return clock_was_set_ || std::any_of(jobs.begin(), jobs.end(), [&](const Job* job) {
           const Millis age = window_.upto.wall - known.since_least();
           return job->policies->deadline && age + slewed_since(known) >= *job->policies->deadline;
         });
}

// I4 and I5: what is written is what happened.
void Witness::check_outcome(const KnownRun& known, const Run& closed) {
  const Evidence& truth = evidence(closed.id, closed.attempt);
  const RunOutcome outcome = *closed.outcome;
  if ((outcome == RunOutcome::lost) != truth.lost)
    return violated("I4: lost without evidence, or the other way round: " + who(closed));
  if ((outcome == RunOutcome::start_failed) != truth.start_failed)
    return violated("S29: it did start, or it did not: " + who(closed));
  if (truth.lost) reached_.count("lost");
  if (truth.lost || truth.start_failed) return;
  if (!truth.ended) return violated("I5: an end that nobody saw: " + who(closed));
  const AttemptEnded& end = *truth.ended;
  if (closed.end != end.end || closed.started != end.started || closed.finished != end.finished) {
    violated("I5: the record is not what happened: " + who(closed));
  }
  const bool is_limit = end.reason == Reason::timeout || end.reason == Reason::deadline;
  if (is_limit && (outcome != RunOutcome::timed_out || closed.reason != end.reason))
    violated("I11: a limit ended it: " + who(closed));
  if (!is_limit && end.reason != Reason::none && outcome != RunOutcome::cancelled)
    violated("I5: it was stopped: " + who(closed));
  if (end.reason != Reason::none) return;
  const bool exited = end.end.how == ProcessEnd::How::exited;
  const auto jobs = candidates(known.run.job, window_);
  const bool is_success_for_all = !jobs.empty() && std::all_of(jobs.begin(), jobs.end(), [&](const Job* job) {
    return holds(job->policies->success_exit_codes, end.end.code);
  });
  if (exited && is_success_for_all && outcome != RunOutcome::succeeded)
    violated("I5: exit " + std::to_string(end.end.code) + " is success: " + who(closed));
  if (exited && end.end.code == 0 && outcome != RunOutcome::succeeded)
    violated("I5: exit 0 is success: " + who(closed));
  if (!exited && outcome != RunOutcome::failed) violated("I5: a signal is a failure: " + who(closed));
  if (exited && end.end.code != 0 && (end.end.code < 3 || end.end.code > 5) && outcome != RunOutcome::failed) {
    violated("I5: exit " + std::to_string(end.end.code) + " is a failure: " + who(closed));
  }
  if (known.run.stop != Reason::none) reached_.count("ended by itself although told to stop");
}

// The other side of I10: as long as the policy has another try, there is one.
void Witness::check_gave_up(const KnownRun& known, const Run& closed) {
  const bool may = is_failure(*closed.outcome) && closed.reason != Reason::deadline && closed.stop == Reason::none;
  if (!may || known.run.stop != Reason::none || window_.first_set != window_.last_set) return;
  const Job* job = written(sets_[window_.last_set]->revision, known.run.job);
  if (job == nullptr || (job->policies->retry && job->policies->retry->within)) return;
  if (allowed_pause(*job->policies, closed)) violated("I10: it gives up too early: " + who(closed));
}

}  // namespace belfry::sim
