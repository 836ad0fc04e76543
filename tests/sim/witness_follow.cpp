// What follows from other runs: jobs that come after others, and backfills.
#include <algorithm>

#include <base/text.h>
#include <tests/sim/witness.h>

namespace belfry::sim {

using namespace std::chrono_literals;

// ---- jobs that come after others (S9)

// S9: a job that comes after others is there as soon as the last of them has ended.
void Witness::check_followers(const Run& run, const Batch& batch) {
  if (window_.first_set != window_.last_set) return;
  const JobName& cause = runs_.at(run.id).run.job;
  if (!written(sets_[window_.last_set]->revision, cause)) return;  // the file does not know it
  const bool ended = run.outcome != RunOutcome::skipped;
  for (const Job& job : sets_[window_.last_set]->jobs) {
    if (!job.after || std::find(job.after->jobs.begin(), job.after->jobs.end(), cause) == job.after->jobs.end())
      continue;
    const auto when = job.after->when;
    const bool is_its_part = when == AfterTrigger::When::always    ? ended
                             : when == AfterTrigger::When::success ? run.outcome == RunOutcome::succeeded
                                                                   : is_failure(*run.outcome);
    const bool counts = is_its_part && (when == AfterTrigger::When::failure || have_others_ended(job, cause));
    const bool follows = std::any_of(batch.records.begin(), batch.records.end(), [&](const Record& record) {
      const auto* opened = std::get_if<RunOpened>(&record);
      return opened && opened->run.job == job.name && opened->run.trigger == RunTrigger::after && opened->run.cause;
    });
    if (counts && !follows) violated("S9: " + job.name.text() + " does not come after " + who(run));
  }
}

// All the others, certainly: since this job's last run, and since it came to wait for them.
bool Witness::have_others_ended(const Job& job, const JobName& last) {
  const JobBook& waiting = book(job.name);
  const std::uint64_t since = std::max(waiting.opened_at, waiting.defined_at);
  return std::all_of(job.after->jobs.begin(), job.after->jobs.end(), [&](const JobName& name) {
    const auto other = jobs_.find(name);
    if (name == last) return true;
    if (other == jobs_.end()) return false;
    const bool has_to_succeed = job.after->when == AfterTrigger::When::success;
    return (has_to_succeed ? other->second.noted_success : other->second.noted_end) > since;
  });
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
  if (opened.not_before.value_or(opened.opened) - opened.opened != job->after->delay)
    violated("S9: not the delay that was asked for: " + who(opened));
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
    if (done < book_of(opened).opened_before) violated("S9: " + name.text() + " has not done its part: " + who(opened));
  }
}

// S25: what nobody asked for does not start while its job is paused or disabled.
void Witness::check_by_itself(const Run& opened) {
  const bool by_itself = opened.trigger == RunTrigger::after || opened.trigger == RunTrigger::startup;
  if (!by_itself || !runs_.at(opened.id).run.is_open() || opened.not_before) return;
  const Job* job = written(opened.revision, opened.job);
  if (job && !job->enabled) violated("I12: a disabled job runs by itself: " + who(opened));
  const JobBook& known = book_of(opened);
  if (!known.standing || !known.standing->pause || !window_.is_instant() || clock_was_set_) return;
  const Pause& pause = *known.standing->pause;
  const bool holds = pause.since < window_.since.wall && (!pause.until || *pause.until > window_.upto.wall);
  if (holds) violated("I12: a paused job runs by itself: " + who(opened));
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
  if (is_new && asked != fills_.end() && window_.first_set == window_.last_set) {
    const Job* job = written(sets_[window_.last_set]->revision, backfill.job);
    if (job &&
        first_allowed(job->schedule, asked->second.first - 1ms) != first_allowed(job->schedule, backfill.reached))
      violated("S25: a backfill leaves its first slots out: " + backfill.job.text());
  }
  if (entry->second.requested_by != backfill.requested_by) violated("S25: a backfill takes the place of another");
  if (!is_new && backfill.reached > entry->second.reached) {
    const Job* job = written(sets_[window_.last_set]->revision, entry->second.job);
    const bool is_stable = window_.first_set == window_.last_set && job;
    const auto next = is_stable ? first_allowed(job->schedule, entry->second.reached) : std::nullopt;
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
    const auto left = first_allowed(job->schedule, backfill.reached);
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
