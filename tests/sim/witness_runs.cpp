// The life of runs.
#include <algorithm>
#include <cmath>

#include <base/text.h>
#include <scheduler/segments.h>
#include <tests/sim/witness.h>

namespace belfry::sim {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t lately_max = 30;
constexpr std::uint32_t uncounted_most = 20;

std::string who(const Run& run) { return run.job.text() + " " + run.id.text().substr(18); }

bool holds(const std::vector<CodeRange>& ranges, int code) {
  return std::any_of(ranges.begin(), ranges.end(), [code](CodeRange r) { return r.first <= code && code <= r.last; });
}

bool is_under_way(const Run& run) { return run.state == RunState::starting || run.state == RunState::running; }

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
  const OverlapPolicy& overlap = job->policies->overlap;
  const bool waits = overlap.action == OverlapPolicy::Action::queue && !run.ignores_overlap && !run.not_before &&
                     run.trigger != RunTrigger::backfill;
  if (!waits) return;
  const auto others = std::count_if(known.open.begin(), known.open.end(), [&](const RunId& id) {
    const Run& other = runs_.at(id).run;
    const Job* then = written(other.revision, other.job);
    return id != run.id && then && then->policies->overlap == overlap && other.state == RunState::queued &&
           other.attempt == 1 && !other.ignores_overlap && !other.not_before;
  });
  if (others > static_cast<std::int64_t>(overlap.max_waiting) + 1)
    violated("I17: more runs wait than may: " + who(run));
}

// S18, `all`: no more catch-ups than `max`, and those are the newest.
void Witness::check_cap(const Run& run, const Job& job) {
  const MissedPolicy& missed = job.policies->missed;
  const bool counts = run.trigger == RunTrigger::catch_up && run.slot && missed.action == MissedPolicy::Action::all;
  if (!counts || job.measured || !window_.is_instant() || job.schedule.follows_elapsed_time()) return;
  const WallTime slot = run.slot->at;
  if (job.schedule.same_verdict_upto(slot) != WallTime::max()) return;  // calendars take some of them out
  const auto owed = job.schedule.slots_in(slot - 1ms, window_.upto.wall);
  if (owed && owed->count > missed.max + 1) violated("I7: more catch-ups than may be: " + who(run));
}

// S23: a queue takes no more than may wait. Counted are runs that certainly stand in line.
void Witness::check_line(const Run& run) {
  const auto stands_in_line = [&](const Run& other) {
    const Job* then = written(other.revision, other.job);
    const bool is_first = other.attempt == 1 && !other.not_before && other.state == RunState::queued;
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
      if (id != run.id && other.queue == run.queue && stands_in_line(other)) ++line;
    }
  }
  const std::size_t most = std::size_t{queue->max_waiting} + *queue->concurrency;
  if (line >= most) violated("I17: " + std::to_string(line + 1) + " stand in " + run.queue.str() + ": " + who(run));
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
  JobBook& job = book(known.run.job);
  std::erase(job.open, closed.run.id);
  const JobName name = known.run.job;
  known.run = closed.run;
  known.run.job = name;
  known.closed_in = batch_;
  lately_closed_.push_back(closed.run.id);
  if (lately_closed_.size() > lately_max) lately_closed_.pop_front();
  gathered_[name].closed.push_back(&known.run);
  job.ended_at = batch_;
  if (closed.run.outcome == RunOutcome::succeeded) job.succeeded_at = batch_;
  if (window_.upto.real > job.last_ended.value_or(BootTime{})) job.last_ended = window_.since.real;
}

void Witness::check_end(const KnownRun& known, const Run& closed) {
  if (is_under_way(known.run) && closed.attempt == known.run.attempt) {
    const bool stopped_before_it_began = closed.outcome == RunOutcome::cancelled && !closed.end;
    if (!stopped_before_it_began) check_outcome(known, closed);
    return check_gave_up(known, closed);
  }
  // It ended while it waited.
  const bool in_its_place = closed.reason == Reason::superseded && closed.cause;
  switch (*closed.outcome) {
    case RunOutcome::cancelled:
    case RunOutcome::skipped:
      return;
    case RunOutcome::timed_out:
      if (closed.reason != Reason::deadline) violated("I11: timed out, and never ran: " + who(closed));
      reached_.count("deadline while waiting");
      return;
    case RunOutcome::failed:
      if (!in_its_place) violated("I4: failed, and did not run: " + who(closed));
      reached_.count("superseded");
      return;
    default:
      return violated("I4: " + std::string(text(*closed.outcome)) + ", and did not run: " + who(closed));
  }
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

// ---- batches

// S9: a job that comes after one other is there as soon as that has ended.
void Witness::check_followers(const Run& run, const Batch& batch) {
  if (window_.first_set != window_.last_set) return;
  if (!written(sets_[window_.last_set]->revision, runs_.at(run.id).run.job)) return;  // the file does not know it
  const bool ended = run.outcome != RunOutcome::skipped;
  for (const Job& job : sets_[window_.last_set]->jobs) {
    if (!job.after || job.after->jobs.size() != 1 || job.after->jobs.front() != runs_.at(run.id).run.job) continue;
    const auto when = job.after->when;
    const bool counts = when == AfterTrigger::When::always    ? ended
                        : when == AfterTrigger::When::success ? run.outcome == RunOutcome::succeeded
                                                              : is_failure(*run.outcome);
    const bool follows = std::any_of(batch.records.begin(), batch.records.end(), [&](const Record& record) {
      const auto* opened = std::get_if<RunOpened>(&record);
      return opened && opened->run.job == job.name && opened->run.trigger == RunTrigger::after && opened->run.cause;
    });
    if (counts && !follows) violated("S9: " + job.name.text() + " does not come after " + who(run));
  }
}

// A run that comes after another names it, unless a rule closed it at once: then it names the run in its way.
void Witness::check_cause(const Run& opened) {
  if (opened.trigger != RunTrigger::after) return;
  reached_.count("after another job");
  if (!runs_.at(opened.id).run.is_open()) return;
  const KnownRun* cause = opened.cause ? find(*opened.cause) : nullptr;
  if (!cause || cause->run.is_open()) return violated("S9: it comes after nothing: " + who(opened));
  const Job* job = written(opened.revision, opened.job);
  if (!job || !job->after) return;
  const RunOutcome outcome = *cause->run.outcome;
  const auto when = job->after->when;
  const bool fits = when == AfterTrigger::When::always    ? outcome != RunOutcome::skipped
                    : when == AfterTrigger::When::success ? outcome == RunOutcome::succeeded
                                                          : is_failure(outcome);
  if (!fits) violated("S9: it comes after a run that " + std::string(text(outcome)) + ": " + who(opened));
  if (when == AfterTrigger::When::failure || job->after->jobs.size() < 2) return;
  // All of them, since this job's last run.
  for (const JobName& name : job->after->jobs) {
    const auto other = jobs_.find(name);
    if (other == jobs_.end()) continue;
    const std::uint64_t done =
        when == AfterTrigger::When::success ? other->second.succeeded_at : other->second.ended_at;
    if (done < book(opened.job).opened_before)
      violated("S9: " + name.text() + " has not done its part: " + who(opened));
  }
}

// S23: whoever is let in has the highest priority in line, and is the oldest of those.
void Witness::check_turn(const KnownRun& admitted) {
  const Run& run = admitted.run;
  if (!is_under_way(run) || admitted.started_in != batch_ || !window_.is_instant() || run.launch > 1) return;
  for (const auto& [name, known] : jobs_) {
    for (const RunId& id : known.open) {
      const KnownRun& waiting = runs_.at(id);
      const Run& other = waiting.run;
      const Job* then = written(other.revision, other.job);
      const bool was_in_line = other.queue == run.queue && other.state == RunState::queued && other.attempt == 1 &&
                               !waiting.was_delayed && waiting.opened.real < window_.since.real && then &&
                               then->policies->overlap.action == OverlapPolicy::Action::allow &&
                               !then->policies->overlap.max_running;
      if (!was_in_line || sets_.size() > 1) continue;
      if (std::pair(-other.priority, other.sequence) < std::pair(-run.priority, run.sequence)) {
        violated("S23: " + who(run) + " overtakes " + who(other));
      }
    }
  }
}

// S20: the first catch-ups of different jobs are let out one after the other.
void Witness::check_spacing(const Batch& batch) {
  if (!window_.is_instant()) return;
  std::vector<WallTime> let_out;
  for (const Record& record : batch.records) {
    const auto* opened = std::get_if<RunOpened>(&record);
    if (!opened || opened->run.trigger != RunTrigger::catch_up || !opened->run.slot) continue;
    const Run& run = opened->run;
    const Job* job = written(run.revision, run.job);
    const bool is_first = job && job->policies->missed.action != MissedPolicy::Action::all &&
                          book(run.job).open.size() == 1 && gathered_[run.job].closed.empty();
    if (is_first) let_out.push_back(run.not_before.value_or(run.opened));
  }
  std::sort(let_out.begin(), let_out.end());
  for (std::size_t i = 1; i < let_out.size(); ++i) {
    if (let_out[i] - let_out[i - 1] < workload_.limits().catch_up_spacing)
      return violated("S20: catch-ups come all at once");
  }
}

// S18: a run that speaks for others is told how many, itself included.
void Witness::check_spoken_for(const Batch& batch) {
  std::map<RunId, std::int64_t> spoken_for;
  for (const Record& record : batch.records) {
    const auto* decided = std::get_if<SlotsDecided>(&record);
    if (decided && decided->outcome == SlotOutcome::coalesced && decided->cause)
      spoken_for[*decided->cause] += decided->slots.count;
  }
  for (const Record& record : batch.records) {
    const auto* opened = std::get_if<RunOpened>(&record);
    if (!opened || !opened->run.slot) continue;
    const auto found = spoken_for.find(opened->run.id);
    const std::int64_t count = 1 + (found == spoken_for.end() ? 0 : found->second);
    if (opened->run.stands_for != count) {
      violated("I7: " + who(opened->run) + " speaks for " + std::to_string(opened->run.stands_for) + ", not " +
               std::to_string(count));
    }
  }
}

// S18, `all`: catch-ups of one job come one at a time.
void Witness::check_one_at_a_time(const Batch& batch) {
  for (const Record& record : batch.records) {
    const auto* opened = std::get_if<RunOpened>(&record);
    if (!opened || opened->run.trigger != RunTrigger::catch_up || !opened->run.slot) continue;
    const Job* job = written(opened->run.revision, opened->run.job);
    if (!job || job->measured || job->policies->missed.action != MissedPolicy::Action::all) continue;
    reached_.count("caught up one by one");
    for (const RunId& id : book(opened->run.job).open) {
      const Run& other = runs_.at(id).run;
      const bool is_older = other.sequence < opened->run.sequence;
      if (is_older && !other.not_before && other.state != RunState::waiting) {
        violated("I7: a catch-up beside another run: " + who(opened->run));
      }
    }
  }
}

// ---- backfills

void Witness::apply(const BackfillMoved& moved) {
  const Backfill& backfill = moved.backfill;
  const auto [entry, is_new] = backfills_.try_emplace(backfill.id, backfill);
  const auto asked = fills_.find(backfill.requested_by);
  if (!may_fill_.contains(backfill.requested_by))
    violated("S25: a backfill that nobody asked for: " + backfill.job.text());
  if (is_new && asked != fills_.end() && backfill.upto != asked->second.second)
    violated("S25: another end than was asked for: " + backfill.job.text());
  if (entry->second.requested_by != backfill.requested_by) violated("S25: a backfill takes the place of another");
  if (!is_new && backfill.reached > entry->second.reached) {
    const Job* job = written(sets_[window_.last_set]->revision, entry->second.job);
    const bool is_stable = window_.first_set == window_.last_set && job;
    const auto next = is_stable ? next_allowed(job->schedule, entry->second.reached) : std::nullopt;
    if (is_stable && next != backfill.reached) violated("S25: a backfill leaves slots out: " + backfill.job.text());
    if (!backfilled_.emplace(backfill.id, backfill.reached).second)
      violated("S25: a backfill repeats a slot: " + backfill.job.text());
  }
  const JobName name = entry->second.job;
  entry->second = backfill;
  entry->second.job = is_new ? backfill.job : name;
}

void Witness::apply(const BackfillEnded& ended) {
  const auto found = backfills_.find(ended.id);
  if (found == backfills_.end()) return violated("S25: the end of a backfill that nobody asked for");
  const Backfill& backfill = found->second;
  const Job* job = written(sets_[window_.last_set]->revision, backfill.job);
  if (job && window_.first_set == window_.last_set) {
    const auto left = next_allowed(job->schedule, backfill.reached);
    if (left && *left <= backfill.upto) violated("S25: a backfill ends too early: " + backfill.job.text());
  }
  reached_.count("backfills");
  backfills_.erase(found);
}

// Each step of a backfill and its run are one decision.
void Witness::check_backfills(const Batch& batch) {
  std::map<std::pair<std::string, WallTime>, int> runs;
  for (const Record& record : batch.records) {
    const auto* opened = std::get_if<RunOpened>(&record);
    if (!opened || opened->run.trigger != RunTrigger::backfill) continue;
    if (++runs[{opened->run.requested_by, *opened->run.nominal}] > 1)
      violated("S25: a slot is filled twice: " + who(opened->run));
    const bool moved = std::any_of(batch.records.begin(), batch.records.end(), [&](const Record& other) {
      const auto* move = std::get_if<BackfillMoved>(&other);
      return move && move->backfill.reached == *opened->run.nominal &&
             move->backfill.requested_by == opened->run.requested_by;
    });
    if (!moved) violated("S25: a backfill runs and does not move on: " + who(opened->run));
  }
}

}  // namespace belfry::sim
