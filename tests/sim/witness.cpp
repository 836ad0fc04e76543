#include <algorithm>

#include <base/text.h>
#include <base/verify.h>
#include <tests/sim/witness.h>

namespace belfry::sim {

std::optional<WallTime> first_allowed(const Schedule& schedule, WallTime t) {
  constexpr int days_max = 1'500;
  for (int day = 0; day < days_max; ++day) {
    const auto next = schedule.next_after(t);
    if (!next || !schedule.excluded(*next)) return next;
    t = schedule.same_verdict_upto(*next);
    if (t == WallTime::max()) break;
  }
  return std::nullopt;
}

// ---- what happens

// S8, as it is written, and as long as no wrong clock was put right.
void Witness::daemon_looks() {
  elapsed_ = looked_ ? std::max(now_.wall, elapsed_ + (now_.real - *looked_)) : now_.wall;
  looked_ = now_.real;
}

void Witness::clock_was_set(Millis by) {
  clock_was_set_ = true;
  if (by < Millis{0}) {
    clock_went_back_ = true;
    went_back_ -= by;
  }
  disturbed();
}

void Witness::file_was_loaded(std::shared_ptr<const JobSet> set) {
  revisions_[set->revision.str()] = sets_.size();
  sets_.push_back(std::move(set));
  disturbed();
}

void Witness::ledger_answered(Verdict verdict) {
  if (verdict == Verdict::ok) {
    if (!ledger_works_) ledger_works_ = now_.wall;
    return;
  }
  disturbed();
  if (!ledger_failed_ || ledger_works_) ledger_failed_ = now_.wall;
  ledger_works_.reset();
}

void Witness::daemon_started(BootId boot) {
  disturbed();
  boot_ = std::move(boot);
  ledger_failed_.reset();
  ledger_works_.reset();
  has_rested_ = false;
  owes_startups_ = true;
  kills_ = false;
  first_set_ = sets_.size();  // the one that is loaded now
  began_after_ = batch_;
  for (auto& [name, job] : jobs_) {
    const bool is_starting = std::any_of(job.open.begin(), job.open.end(), [&](const RunId& id) {
      return runs_.at(id).run.trigger == RunTrigger::startup;
    });
    if (is_starting) job.started_up_at = batch_ + 1;  // for the daemon before this one; it may end at once
  }
  looked_.reset();
  started_in_.clear();
  decided_since_ = now_;
  decided_since_set_ = sets_.empty() ? 0 : sets_.size() - 1;  // what was due under the one before ends now
}

void Witness::decides_from_now() {
  decided_since_ = now_;
  decided_since_set_ = std::min(decided_since_set_, sets_.size() - 1);
}

void Witness::goes_ahead() { is_going_ahead_ = true; }
void Witness::has_gone_ahead() { is_going_ahead_ = false; }

void Witness::offered(const Batch& batch) {
  ahead_ = is_going_ahead_ ? std::optional(batch.id) : std::nullopt;
  window_ = {.since = decided_since_,
             .upto = now_,
             .first_set = std::min(decided_since_set_, sets_.size() - 1),
             .last_set = sets_.size() - 1};
  decided_since_ = now_;
  decided_since_set_ = sets_.size() - 1;
}

// ---- what the books say

const KnownRun* Witness::find(const RunId& run) const {
  const auto found = runs_.find(run);
  return found == runs_.end() ? nullptr : &found->second;
}

std::vector<RunId> Witness::open_runs() const {
  std::vector<RunId> open;
  for (const auto& [name, job] : jobs_) open.insert(open.end(), job.open.begin(), job.open.end());
  return open;
}

const Job* Witness::written(const std::string& revision, const JobName& name) const {
  const auto found = revisions_.find(revision);
  if (found == revisions_.end()) return nullptr;
  for (const Job& job : sets_[found->second]->jobs) {
    if (job.name == name) return &job;
  }
  return nullptr;
}

// What the job may have been when something was decided about it: mostly one thing. Earlier versions of the file may
// have it under another name.
std::vector<const Job*> Witness::candidates(const JobName& name, const Window& window) const {
  const auto known = jobs_.find(name);
  const JobName* former = known != jobs_.end() && known->second.former ? &*known->second.former : nullptr;
  std::vector<const Job*> found;
  for (std::size_t set = window.first_set; set <= window.last_set; ++set) {
    const SharedText& revision = sets_[set]->revision;
    const Job* job = written(revision, name);
    const bool had_other_name = former != nullptr && set < known->second.renamed_in;
    if (job == nullptr && had_other_name) job = written(revision, *former);
    if (job != nullptr) found.push_back(job);
  }
  return found;
}

// ---- the ledger

void Witness::committed(const Batch& batch) {
  batch_ = static_cast<std::uint64_t>(batch.id);
  gathered_.clear();
  if (ahead_ == batch.id) check_ahead(batch);
  std::map<JobName, std::optional<JobStanding>> before;
  for (const JobSeen& seen : batch.seen) apply(seen);
  for (const Record& record : batch.records) {
    if (const auto* standing = std::get_if<JobStanding>(&record))
      before.emplace(standing->job, book(standing->job).standing);
    if (const auto* decided = std::get_if<SlotsDecided>(&record); decided && decided->reason == Reason::paused) {
      before.emplace(decided->job, book(decided->job).standing);
    }
    if (const auto* opened = std::get_if<RunOpened>(&record)) {
      if (jobs_.contains(opened->run.job)) before.emplace(opened->run.job, book(opened->run.job).standing);
    }
    std::visit([this](const auto& what) { apply(what); }, record);
  }
  for (auto& [name, gathered] : gathered_) {
    settle_account(name, gathered);
    const auto then = before.find(name);
    if (then != before.end() && jobs_.contains(name)) check_standing(name, then->second, book(name), gathered);
  }
  for (const Record& record : batch.records) {
    if (const auto* closed = std::get_if<RunClosed>(&record)) check_followers(closed->run, batch);
    if (const auto* opened = std::get_if<RunOpened>(&record)) check_cause(opened->run);
  }
  for (const Record& record : batch.records) {
    const auto* opened = std::get_if<RunOpened>(&record);
    const auto* changed = std::get_if<RunChanged>(&record);
    if (opened) check_waiting(opened->run);
    if (opened) check_made_up(opened->run);
    if (opened) check_by_itself(opened->run);
    if (opened) check_replaced(opened->run);
    if (opened || changed) check_turn(runs_.at(opened ? opened->run.id : changed->run.id));
  }
  check_file_order(batch);
  count_herd();
  check_spacing(batch);
  check_spoken_for(batch);
  check_one_at_a_time(batch);
  check_backfills(batch);
}

void Witness::apply(const JobSeen& seen) {
  const auto [entry, is_new] = jobs_.try_emplace(seen.job, seen);
  JobBook& job = entry->second;
  Gathered& gathered = gathered_[seen.job];
  if (!is_new && gathered.terms.empty()) {
    gathered.terms.push_back({job.definition, job.accounted, job.seen.era, job.removed});
  }
  if (!is_new && seen.era != job.seen.era) {
    reached_.count("a wrong clock was put right");
    if (static_cast<std::uint32_t>(seen.era) != static_cast<std::uint32_t>(job.seen.era) + 1)
      violated("I2: an era was left out: " + seen.job.text());
    if (went_back_ < std::chrono::hours{24})
      violated("I2: a new era, and the clock did not go back: " + seen.job.text());
  } else if (!is_new && seen.counts_from < job.seen.counts_from) {
    violated("I2: slots that were decided count again: " + seen.job.text());
  }
  const bool is_another = is_new || job.removed || seen.schedule_normal_form != job.seen.schedule_normal_form ||
                          (seen.enabled && !job.seen.enabled);
  if (is_another && !clock_was_set_ && seen.counts_from < window_.since.wall)
    violated("S19: slots from before the change are owed: " + seen.job.text());
  if (is_another) job.defined_at = batch_;
  job.definition = workload_.definition(seen.schedule_normal_form);
  job.seen = seen;
  job.removed = false;
  gathered.terms.push_back({job.definition, seen.counts_from, seen.era});
}

void Witness::apply(const JobStanding& standing) {
  JobBook& job = book(standing.job);
  if (standing.pause) pauses_.emplace(standing.job, standing.pause->by);
  const auto& before = job.standing ? job.standing->pause : std::nullopt;
  const bool may_be_over = before && before->until && (*before->until <= window_.upto.wall || clock_was_set_);
  const bool goes_on = before && standing.pause && !may_be_over;
  if (goes_on && standing.pause->since != job.standing->pause->since)
    violated("I12: new words for a pause, and it begins anew: " + standing.job.text());
  check_end_of_pause(job, standing);
  if (standing.pause && !goes_on) job.paused_at = window_.since.real;
  job.standing = standing;
  gathered_[standing.job].standings.push_back(standing);
}

void Witness::apply(const JobRenamed& renamed) {
  reached_.count("renamed");
  if (!jobs_.contains(renamed.from) || jobs_.contains(renamed.to))
    return violated("I13: a renaming from or to nothing");
  auto entry = jobs_.extract(renamed.from);
  entry.key() = renamed.to;
  JobBook& job = jobs_.insert(std::move(entry)).position->second;
  job.seen.job = renamed.to;
  job.former = renamed.from;
  job.renamed_in = window_.last_set;
  if (job.standing) job.standing->job = renamed.to;
  for (auto& [id, known] : runs_) {
    if (known.run.job == renamed.from) known.run.job = renamed.to;
  }
  std::set<std::tuple<JobName, Era, WallTime>> slots;
  for (const auto& [name, era, at] : slots_run_) slots.emplace(name == renamed.from ? renamed.to : name, era, at);
  slots_run_ = std::move(slots);
  std::set<std::pair<JobName, BootId>> started;
  for (const auto& [name, boot] : started_with_) started.emplace(name == renamed.from ? renamed.to : name, boot);
  started_with_ = std::move(started);
  std::set<std::pair<JobName, std::string>> pauses;
  for (const auto& [name, by] : pauses_) pauses.emplace(name == renamed.from ? renamed.to : name, by);
  pauses_ = std::move(pauses);
  if (const auto wish = resumes_wished_.find(renamed.from); wish != resumes_wished_.end())
    resumes_wished_[renamed.to] = wish->second;
  skips_wished_[renamed.to] += skips_wished_[renamed.from];
  for (auto& [id, backfill] : backfills_) {
    if (backfill.job == renamed.from) backfill.job = renamed.to;
  }
  if (auto moved = gathered_.extract(renamed.from)) {
    moved.key() = renamed.to;
    gathered_.insert(std::move(moved));
  }
}

void Witness::apply(const JobRemoved& removed) {
  JobBook& job = book(removed.job);
  Gathered& gathered = gathered_[removed.job];
  if (gathered.terms.empty()) gathered.terms.push_back({job.definition, job.accounted, job.seen.era, job.removed});
  job.removed = true;
  gathered.terms.push_back({.from = WallTime::max(), .era = job.seen.era, .is_removal = true});
}

void Witness::apply(const SlotsDecided& decided) {
  if (decided.reason == Reason::on_request) {
    JobBook& job = book(decided.job);
    job.skipped += decided.slots.count;
    if (job.skipped > skips_wished_[decided.job])
      violated("I12: more slots are left out than were to be: " + decided.job.text());
  }
  gathered_[decided.job].parts.push_back({.slots = decided.slots, .era = decided.era, .decided = &decided});
}

}  // namespace belfry::sim
