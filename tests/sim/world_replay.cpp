// What the ledger holds: it rebuilds what lives, and its account adds up.
#include <algorithm>

#include <base/text.h>
#include <scheduler/audit.h>
#include <tests/sim/words.h>
#include <tests/sim/world.h>

namespace belfry::sim {

namespace {

bool is_same(const Run& a, const Run& b) {
  return a.id == b.id && a.state == b.state && a.attempt_id() == b.attempt_id() && a.not_before == b.not_before &&
         a.stop == b.stop && a.cause == b.cause && a.uncounted == b.uncounted;
}

// Measured from its end, a job that somebody has run since is woken up for once in vain.
bool may_wake_in_vain(const Job& job) { return job.measured && job.measured->from == MeasuredInterval::From::finish; }

// Slots that wait until their job is idle are looked at by a daemon that begins: some may be too late by now.
bool may_hold(const Job& job) { return job.policies->missed.action == MissedPolicy::Action::all; }

std::optional<Millis> until(const Wakeup& wakeup, const Now& now) {
  std::optional<Millis> left;
  if (wakeup.wall) left = *wakeup.wall - now.wall;
  if (wakeup.boot && (!left || *wakeup.boot - now.boot < *left)) left = *wakeup.boot - now.boot;
  return left;
}

}  // namespace

// I20: a daemon that began now, with what the ledger holds, would be the one that lives, and would have nothing to do.
void World::check_replay() {
  if (!may_replay()) return;
  Snapshot snapshot = store_.load().value();
  const std::vector<Run> open_runs = snapshot.open_runs;
  Scheduler copy({.boot = {"boot-" + std::to_string(boots_)}, .limits = workload_.limits(), .parse_normal_form = {}},
                 std::move(snapshot));
  copy.submit(JobsLoaded{set_});
  for (const Run& run : open_runs) {
    if (!is_under_way(run)) continue;
    const auto process =
        std::find_if(processes_.begin(), processes_.end(), [&](const Process& p) { return p.id == run.attempt_id(); });
    if (process == processes_.end() || !process->executes) return;  // news of it is on its way
    copy.submit(AttemptStarted{.id = process->id, .at = process->started});
  }
  Actions wants;
  copy.advance(told_, wants);
  reached_.count("rebuilt from the ledger");
  if (wants.persist) check_wish(*wants.persist);
  compare(scheduler_->view(), copy.view());
  const auto open = witness_.open_runs();
  const bool has_special = std::any_of(open.begin(), open.end(), [&](const RunId& id) {
    const KnownRun& run = *witness_.find(id);
    const Job* job = witness_.job_now(run.run.job);
    return run.since() != run.since_least() || !job || may_hold(*job) || may_wake_in_vain(*job);
  });
  const bool may_differ = faults_.has(Fault::drift) || has_special || wants.persist;
  const auto live = until(scheduler_->next_wakeup(), told_);
  const auto rebuilt = until(copy.next_wakeup(), told_);
  if (live != rebuilt && !may_differ) {
    const auto text = [](const auto& left) { return left ? std::to_string(left->count()) + " ms" : "never"; };
    trace_.violated("I20: it would wake up in " + text(rebuilt) + ", not in " + text(live));
  }
}

// There are things that a daemon that begins has to do, or cannot know: it starts what is for its start, has not seen
// how many started in this second, and reads the age of runs off a wall clock that somebody may have set. Runs that
// stood in line before a reload were let in by the rules of then.
bool World::may_replay() const {
  const bool begins_jobs = std::any_of(set_->jobs.begin(), set_->jobs.end(), [&](const Job& job) {
    if (!job.startup) return false;
    const auto& standing = witness_.jobs().at(job.name).standing;
    const bool was_served = standing && standing->startup_boot == BootId{"boot-" + std::to_string(boots_)};
    return job.startup->when == StartupTrigger::When::each_start || !was_served;
  });
  if (begins_jobs || witness_.clock_was_ever_set()) return false;
  const bool has_rates = workload_.limits().start_rate || std::any_of(set_->queues.begin(), set_->queues.end(),
                                                                      [](const auto& q) { return q.start_rate; });
  for (const RunId& id : witness_.open_runs()) {
    const Run& run = witness_.find(id)->run;
    if (is_under_way(run)) continue;
    if (run.revision != set_->revision || has_rates) return false;
  }
  return true;
}

void World::check_wish(const Batch& batch) {
  const auto is_of_held = [&](const JobName& name) {
    return std::any_of(set_->jobs.begin(), set_->jobs.end(),
                       [&](const Job& job) { return job.name == name && may_hold(job); });
  };
  for (const JobSeen& seen : batch.seen) trace_.violated("I20: it would see " + seen.job.text() + " anew");
  for (const Record& record : batch.records) {
    const auto* decided = std::get_if<SlotsDecided>(&record);
    const auto* standing = std::get_if<JobStanding>(&record);
    if ((decided && is_of_held(decided->job)) || (standing && is_of_held(standing->job))) continue;
    trace_.violated("I20: a daemon that began now would " + in_words(record));
  }
}

void World::compare(const View& live, const View& rebuilt) {
  const auto differs = [&](const JobName& name, const char* what) {
    trace_.violated("I20: the ledger does not rebuild the " + std::string(what) + " of " + name.text());
  };
  const std::vector<JobView> jobs = live.jobs(), again = rebuilt.jobs();
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const JobView &a = jobs[i], &b = again[i];
    const JobName& name = a.job->name;
    if (a.pause != b.pause) differs(name, "pause");
    if (a.backfill.has_value() != b.backfill.has_value()) differs(name, "backfill");
    if (a.backfill && b.backfill && a.backfill->reached != b.backfill->reached) differs(name, "backfill");
    if (a.last.has_value() != b.last.has_value() || (a.last && a.last->id != b.last->id)) differs(name, "last run");
    if (!std::equal(a.open.begin(), a.open.end(), b.open.begin(), b.open.end(), is_same)) {
      for (const Run& run : a.open) say("lives: " + in_words(run));
      for (const Run& run : b.open) say("rebuilt: " + in_words(run));
      differs(name, "open runs");
    }
    if (may_hold(*a.job)) continue;
    if (a.next != b.next) differs(name, "next slot");
    if (a.skip_next != b.skip_next) differs(name, "slots to leave out");
  }
  const std::vector<QueueView> queues = live.queues();
  for (const QueueView& there : rebuilt.queues()) {
    const auto here = std::find_if(queues.begin(), queues.end(), [&](const QueueView& queue) {
      return queue.definition.name == there.definition.name;
    });
    if (here == queues.end() || here->running != there.running || here->waiting != there.waiting)
      trace_.violated("I20: the ledger does not rebuild queue " + there.definition.name.str());
  }
}

// I1 once more, from the ledger alone, by the function that people have for it.
void World::audit_all() {
  const Snapshot snapshot = store_.load().value();
  const auto decided = store_.slots({.limit = 1'000'000}).value();
  std::map<JobName, JobAccount> accounts;
  for (const JobMemory& memory : snapshot.jobs) {
    const Definition* known = workload_.definition(memory.seen.schedule_normal_form);
    if (!memory.removed && known)
      accounts.emplace(memory.seen.job,
                       JobAccount{.seen = memory.seen, .mark = memory.mark, .run_slots = {}, .decided = {}});
  }
  for (const SlotsDecided& row : decided) {
    if (const auto found = accounts.find(row.job); found != accounts.end()) found->second.decided.push_back(row);
  }
  RunQuery query{.limit = RunQuery::limit_max};
  for (;;) {
    const std::vector<Run> runs = store_.runs(query).value();
    for (const Run& run : runs) {
      const auto found = accounts.find(run.job);
      if (run.slot && found != accounts.end()) found->second.run_slots.push_back(*run.slot);
    }
    if (runs.size() < query.limit) break;
    query.before = runs.back().id;
  }
  for (const auto& [name, account] : accounts) {
    const AuditReport report =
        audit(workload_.definition(account.seen.schedule_normal_form)->schedule, account, moment().wall);
    reached_.count("slots audited", report.slots);
    for (const std::string& problem : report.problems) trace_.violated("I1: " + problem);
  }
}

}  // namespace belfry::sim
