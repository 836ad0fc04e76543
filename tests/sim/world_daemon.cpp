// The daemon's life: starts, recoveries, turns, and every place at which it may die.
#include <algorithm>
#include <utility>

#include <base/verify.h>
#include <tests/sim/world.h>

namespace belfry::sim {

using namespace std::chrono_literals;

// ---- the daemon

void World::start_daemon() {
  say("the daemon starts");
  Snapshot snapshot = store_.load().value();
  const std::vector<Run> open_runs = snapshot.open_runs;
  scheduler_.emplace(Scheduler::Options{.boot = {"boot-" + std::to_string(boots_)}}, std::move(snapshot));
  on_its_way_.reset();
  load_jobs();
  recover(open_runs);
}

// The crash protocol's verdict on each attempt, in the order of the real one. It may be interrupted between any two.
void World::recover(const std::vector<Run>& open_runs) {
  for (const Run& run : open_runs) {
    const AttemptId id = run.attempt_id();
    const auto process =
        std::find_if(processes_.begin(), processes_.end(), [&](const Process& p) { return p.id == id; });
    if (const auto record = records_.find(id); record != records_.end()) {
      scheduler_->submit(record->second);
      ++verdicts_.reached.finished_unseen;
    } else if (run.boot.text != "boot-" + std::to_string(boots_)) {
      truly_lost_.insert(run.id);
      scheduler_->submit(AttemptLost{.id = id, .reason = Reason::reboot});
    } else if (!executed_.contains(id)) {
      scheduler_->submit(AttemptNeverExecuted{id});
    } else if (process != processes_.end() && process->minder_lives) {
      scheduler_->submit(AttemptStarted{.id = id, .at = process->started});
      ++verdicts_.reached.adopted;
    } else {
      if (process != processes_.end()) processes_.erase(process);  // its recorded tree is killed
      truly_lost_.insert(run.id);
      scheduler_->submit(AttemptLost{.id = id, .reason = Reason::minder_killed});
    }
    if (dies_here(&Reached::crash_in_recovery, "in recovery")) return;
  }
  is_owed_ = true;
}

void World::kill_daemon(const char* where) {
  say(std::string("the daemon dies ") + where);
  scheduler_.reset();
  on_its_way_.reset();
  is_owed_ = false;
  restart_at_ = boot_ + dice_.spread(10ms, 6h);
}

bool World::dies_here(std::int64_t Reached::* counter, const char* where) {
  if (!faults_on_ || !dice_.chance(faults_.crash_at_boundary)) return false;
  ++(verdicts_.reached.*counter);
  kill_daemon(where);
  return true;
}

void World::turn() {
  ++verdicts_.reached.turns;
  is_owed_ = false;
  scheduler_->advance(now(), actions_);
  const bool did_something =
      actions_.persist || !actions_.starts.empty() || !actions_.answers.empty() || !actions_.notices.empty();
  check_progress(did_something);
  if (!carry_out()) return;
  check_overlap();
}

bool World::carry_out() {
  if (actions_.persist) {
    check_batch(*actions_.persist);
    if (dies_here(&Reached::crash_before_commit, "before a commit")) return false;
    persist(*actions_.persist);
    if (dies_here(&Reached::crash_after_commit, "after a commit")) return false;
  }
  for (const StartOrder& order : actions_.starts) {
    check_launch(order);
    if (dies_here(&Reached::crash_before_start, "before a start")) return false;
    if (!launch(order)) return false;
  }
  for (const Notice& notice : actions_.notices) {
    if (const auto* closed = std::get_if<RunClosedNotice>(&notice)) check_closed(closed->run);
    if (const auto* decided = std::get_if<SlotsDecidedNotice>(&notice)) {
      (decided->decided.outcome == SlotOutcome::coalesced ? verdicts_.reached.coalesced : verdicts_.reached.overlaps) +=
          1;
    }
  }
  return true;
}

// The store works at once and answers later. In trouble it refuses; now and then it keeps the batch, or does not, and
// nobody hears which.
void World::persist(const Batch& batch) {
  VERIFY(!on_its_way_);
  CommitAnswer answer{.batch = batch.id, .verdict = Verdict::failed, .why = "disk full"};
  const bool lost = faults_on_ && dice_.chance(faults_.lost_answer);
  if (lost) {
    answer.verdict = Verdict::unknown;
    if (dice_.chance(500'000)) {
      VERIFY(store_.commit(batch).verdict == Verdict::ok);
      ++verdicts_.reached.commit_unknown_kept;
    } else {
      ++verdicts_.reached.commit_unknown_dropped;
    }
  } else if (ledger_in_trouble_) {
    ++verdicts_.reached.commit_failed;
  } else {
    answer = store_.commit(batch);
    if (answer.verdict != Verdict::ok) violated("I2: the store refuses a batch: " + answer.why);
  }
  const Millis delay = dice_.chance(20'000) ? dice_.spread(1ms, 60s) : 0ms;
  on_its_way_ = OnItsWay{.answer = std::move(answer), .at = boot_ + delay};
}

void World::answer_store() {
  scheduler_->submit(Persisted{std::exchange(on_its_way_, std::nullopt)->answer});
  is_owed_ = true;
}

}  // namespace belfry::sim
