// What must hold, whatever happened.
#include <algorithm>

#include <base/hash.h>
#include <base/text.h>
#include <scheduler/audit.h>
#include <tests/sim/world.h>

namespace belfry::sim {

namespace {

constexpr std::size_t trace_max = 80;
constexpr int idle_turns_max = 20;
constexpr std::size_t page = RunQuery::limit_max;

// Every run of the job that has a slot, page by page.
std::vector<Slot> run_slots(MemoryStore& store, const JobName& job) {
  std::vector<Slot> slots;
  RunQuery query{.job = job, .limit = page};
  for (;;) {
    const std::vector<Run> runs = store.runs(query).value();
    for (const Run& run : runs) {
      if (run.slot) slots.push_back(*run.slot);
    }
    if (runs.size() < page) return slots;
    query.before = runs.back().id;
  }
}

}  // namespace

void World::say(const std::string& what) {
  verdicts_.hash = hash_text(what, verdicts_.hash ^ static_cast<std::uint64_t>(wall_.time_since_epoch().count()));
  verdicts_.trace.push_back(format_utc(wall_) + "  " + what);
  if (verdicts_.trace.size() > trace_max) verdicts_.trace.erase(verdicts_.trace.begin());
}

void World::violated(const std::string& what) {
  say("VIOLATED " + what);
  verdicts_.violations.push_back(format_utc(wall_) + "  " + what);
}

void World::check_batch(const Batch& batch) {
  for (const Record& record : batch.records) {
    const auto* opened = std::get_if<RunOpened>(&record);
    if (opened == nullptr || !opened->run.slot) continue;
    const Run& run = opened->run;
    if (run.slot->at > wall_ && run.due > wall_) continue;  // decided before the clock was set back
    if (disabled_in_[run.revision].contains(run.job))
      violated("I12: a disabled job is started by its schedule: " + run.job.text());
  }
}

// I2: the ledger holds the run, open, with this very launch, before anything executes.
void World::check_launch(const StartOrder& order) {
  const std::vector<Run> found = store_.runs_by_prefix(order.id.run.text(), 2).value();
  if (found.size() != 1 || !found[0].is_open() || found[0].attempt_id() != order.id) {
    violated("I2: a start that the ledger does not hold: " + order.run.job.text());
  }
}

void World::check_closed(const Run& run) {
  const bool lost = run.outcome == RunOutcome::lost;
  if (lost) ++verdicts_.reached.lost;
  if (lost != truly_lost_.contains(run.id))
    violated("I4: lost without evidence, or the other way round: " + run.job.text());
  const auto code = true_exit_codes_.find(run.id);
  const bool executed = run.outcome == RunOutcome::succeeded || run.outcome == RunOutcome::failed;
  if (executed && (code == true_exit_codes_.end() || !run.end || run.end->code != code->second)) {
    violated("I5: the exit code is not what it was: " + run.job.text());
  }
  const std::vector<Run> found = store_.runs_by_prefix(run.id.text(), 2).value();
  if (found.size() != 1 || found[0].outcome != run.outcome)
    violated("I2: an end is told that the ledger does not hold");
}

// S21: one process at a time, but for jobs that run by request only, now or when they were started.
void World::check_overlap() {
  for (const Job& job : set_->jobs) {
    if (job.schedule.is_manual()) continue;
    const auto of_job = [&](const Process& process) { return process.job == job.name && process.minder_lives; };
    if (std::count_if(processes_.begin(), processes_.end(), of_job) < 2) continue;
    if (!was_manual_.contains(job.name)) violated("I6: two processes of " + job.name.text());
  }
}

// L6: time must move, or something must be done.
void World::check_progress(bool did_something) {
  idle_turns_ = did_something ? 0 : idle_turns_ + 1;
  if (idle_turns_ > idle_turns_max) violated("L6: turn after turn, and nothing is done");
}

// I20: what the ledger holds rebuilds what lives.
void World::check_replay() {
  Snapshot snapshot = store_.load().value();
  const std::vector<Run> open_runs = snapshot.open_runs;
  Scheduler copy({.boot = {"boot-" + std::to_string(boots_)}}, std::move(snapshot));
  copy.submit(JobsLoaded{set_});
  for (const Process& process : processes_) copy.submit(AttemptStarted{.id = process.id, .at = process.started});
  Actions ignored;
  copy.advance(now(), ignored);
  const auto live = scheduler_->view().jobs();
  const auto rebuilt = copy.view().jobs();
  for (std::size_t i = 0; i < live.size(); ++i) {
    const auto same_last = live[i].last.has_value() == rebuilt[i].last.has_value() &&
                           (!live[i].last || live[i].last->id == rebuilt[i].last->id);
    if (live[i].next != rebuilt[i].next || live[i].open.size() != rebuilt[i].open.size() || !same_last) {
      violated("I20: the ledger does not rebuild " + live[i].job->name.text());
    }
  }
}

// I1: slots == outcomes + open, for the definitions that the ledger knows.
void World::audit_all() {
  const Snapshot snapshot = store_.load().value();
  const auto decided = store_.slots({.limit = 1'000'000}).value();
  for (const JobMemory& memory : snapshot.jobs) {
    if (memory.removed) continue;
    const auto schedule = schedules_by_normal_form_.find(memory.seen.schedule_normal_form);
    if (schedule == schedules_by_normal_form_.end()) continue;
    JobAccount account{.seen = memory.seen, .mark = memory.mark, .run_slots = run_slots(store_, memory.seen.job)};
    std::copy_if(decided.begin(), decided.end(), std::back_inserter(account.decided),
                 [&](const SlotsDecided& row) { return row.job == memory.seen.job; });
    const AuditReport report = audit(schedule->second, account, wall_);
    verdicts_.reached.slots += report.slots;
    for (const std::string& problem : report.problems) violated("I1: " + problem);
  }
}

}  // namespace belfry::sim
