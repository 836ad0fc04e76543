// The daemon's life: starts, recoveries, turns, its store, and every place at which it may die.
#include <algorithm>
#include <utility>

#include <base/text.h>
#include <base/verify.h>
#include <tests/sim/words.h>
#include <tests/sim/world.h>

namespace belfry::sim {

using namespace std::chrono_literals;

namespace {

constexpr int idle_turns_max = 20;
constexpr std::uint64_t rarely_there = 10;         // so much more likely does it die where it seldom is
constexpr std::uint64_t meddling_chance = 20'000;  // that a given fault comes between a decision ahead and its instant
constexpr Millis held_back_max = 10ms;
constexpr std::uint64_t replay_chance = 3'000;  // in a million turns at rest
constexpr std::uint64_t audit_chance = 10'000;  // in a million loads; and each history ends with one

}  // namespace

// ---- starts and ends

void World::start_daemon() {
  say("the daemon starts");
  if (is_in_a_repeated_hour()) reached_.count("started in a repeated hour");
  Snapshot snapshot = store_.load().value();
  const std::vector<Run> open_runs = snapshot.open_runs;
  const auto parse = [this](const std::string& form) -> std::optional<Schedule> {
    const Definition* known = workload_.definition(form);
    return known ? std::optional(known->schedule) : std::nullopt;
  };
  scheduler_.emplace(
      Scheduler::Options{
          .boot = {"boot-" + std::to_string(boots_)}, .limits = workload_.limits(), .parse_normal_form = parse},
      std::move(snapshot));
  time_ = {};
  told_ = now();
  told_at_ = real_;
  offered_ = committed_;
  on_its_way_.reset();
  is_stopping_ = false;
  was_at_rest_ = true;
  witness_.daemon_started({"boot-" + std::to_string(boots_)});
  load_jobs();
  recover(open_runs);
}

// The crash protocol's verdict on each attempt, in the order of the real one. It may be interrupted between any two.
void World::recover(const std::vector<Run>& open_runs) {
  for (const Run& run : open_runs) {
    if (run.state == RunState::queued || run.state == RunState::waiting) continue;
    const AttemptId id = run.attempt_id();
    const auto process =
        std::find_if(processes_.begin(), processes_.end(), [&](const Process& p) { return p.id == id; });
    const auto resolve = [&](const Report& what) {
      std::visit([this](const auto& verdict) { scheduler_->submit(verdict); }, what);
    };
    if (const auto record = records_.find(id); record != records_.end()) {
      reached_.count("ended while no daemon lived");
      resolve(record->second);
    } else if (run.boot.text != "boot-" + std::to_string(boots_)) {
      witness_.evidence(id.run, id.attempt).lost = true;
      resolve(AttemptLost{.id = id, .reason = Reason::reboot});
    } else if (process == processes_.end() ? !witness_.evidence(id.run, id.attempt).executed : !process->executes) {
      if (process != processes_.end()) processes_.erase(process);  // recovery's claim came first
      resolve(AttemptNeverExecuted{id});
    } else if (process != processes_.end() && process->minder_lives) {
      reached_.count("adopted while running");
      resolve(AttemptStarted{.id = id, .at = process->started});
    } else {
      if (process != processes_.end()) processes_.erase(process);  // its recorded tree is killed
      witness_.evidence(id.run, id.attempt).lost = true;
      resolve(AttemptLost{.id = id, .reason = Reason::minder_killed});
    }
    if (dies_here("in recovery", rarely_there)) return;
  }
  is_owed_ = true;
}

void World::kill_daemon(const char* where) {
  say(std::string("the daemon dies ") + where);
  reached_.count("crashes");
  if (holds_a_start()) reached_.count("crash with a start held back");
  scheduler_.reset();
  held_ = {};
  on_its_way_.reset();
  reports_.clear();
  asked_.clear();
  is_owed_ = false;
  is_stopping_ = false;
  exit_at_.reset();
  restart_at_ = real_ + (faults_on_ ? dice_.spread(10ms, 6h) : 10ms);
}

bool World::dies_here(const char* where, std::uint64_t weight) {
  if (!faults_on_ || !dice_.chance(weight * faults_[Fault::crash_at_boundary])) return false;
  reached_.count((std::string("crash ") + where).c_str());
  kill_daemon(where);
  return true;
}

void World::load_jobs() {
  if (dice_.chance(audit_chance)) audit_all();
  say("the file is version " + set_->revision.str());
  witness_.file_was_loaded(set_);
  if (is_stopping_) reached_.count("reload while stopping");
  for (const RunId& id : witness_.open_runs()) {
    if (witness_.find(id)->run.state == RunState::waiting) reached_.count("reload while a retry waits");
  }
  give(JobsLoaded{set_});
}

void World::give(Input input) {
  if (!scheduler_) return;
  scheduler_->submit(std::move(input));
  is_owed_ = true;
}

// ---- turns

// As the daemon's: see daemon/turn.h.
void World::turn() {
  ++turns_;
  is_owed_ = false;
  timer_late_ = faults_on_ && faults_.has(Fault::late_timer)
                    ? Millis{static_cast<std::int64_t>(dice_.below(faults_[Fault::late_timer] + 1))}
                    : 0ms;
  told_ = time_.read(now());
  told_at_ = real_;
  // However the clock is set meanwhile, and however long the machine sleeps.
  if (time_.is_ahead() && now().awake - told_.awake > 2 * held_back_max)
    trace_.violated("S5: its instant has come, and it is held back");
  witness_.at(moment());
  if (!time_.is_ahead() && !let_go()) return;
  decide();
  if (scheduler_ && !time_.is_ahead()) go_ahead();
  if (scheduler_ && !time_.is_ahead()) check_rest();
}

void World::decide() {
  witness_.daemon_looks();
  if (was_at_rest_) witness_.decides_from_now();
  scheduler_->advance(told_, actions_);
  check_progress();
  was_at_rest_ = carry_out() && !actions_.persist && !on_its_way_ && scheduler_->view().ledger_trouble().empty();
}

// S5: slots that are near are decided before they come, where nothing can make a difference any more.
void World::go_ahead() {
  const Millis lead{faults_[Fault::ahead]};
  if (lead == 0ms) return;
  const auto by = scheduler_->sure_ahead(lead);
  if (!by) return;
  if (*by <= 0ms || *by > lead) return trace_.violated("S5: decided " + std::to_string(by->count()) + " ms ahead");
  reached_.count("decided ahead");
  told_ = time_.go_ahead(*by);
  witness_.at(moment());
  witness_.goes_ahead();
  decide();
  witness_.has_gone_ahead();
  if (scheduler_) meddle(*by);
}

// Between a decision ahead and its instant there is little time for anything to happen, and so it is made to.
void World::meddle(Millis before) {
  if (!faults_on_) return;
  for (auto& [fault, at] : planned_) {
    if (!dice_.chance(meddling_chance)) continue;
    at = real_ + Millis{static_cast<std::int64_t>(dice_.below(static_cast<std::uint64_t>(before.count()) + 1))};
  }
}

bool World::carry_out() {
  if (actions_.persist) {
    if (actions_.persist->id != offered_) witness_.offered(*actions_.persist);
    offered_ = actions_.persist->id;
    if (dies_here("before a commit")) return false;
    persist(*actions_.persist);
    if (dies_here("after a commit")) return false;
  }
  if (!time_.is_ahead()) return perform(actions_);
  held_.add(actions_);
  return true;
}

// The instant has come of what was decided ahead.
bool World::let_go() {
  if (!held_.actions().starts.empty()) reached_.count("let go in its instant");
  for (const AttemptId& id : held_.take_out_late(time_.late())) {
    reached_.count("held back, and then the machine slept");
    scheduler_->submit(AttemptNeverExecuted{id});
  }
  Actions& actions = held_.actions();
  if (!perform(actions)) return false;
  actions.clear();
  return true;
}

bool World::perform(Actions& actions) {
  for (const StartOrder& order : actions.starts) {
    if (dies_here("before a start")) return false;
    witness_.ordered(order, actions.stops, processes_);
    launch(order);
  }
  for (const StopOrder& order : actions.stops) {
    if (dies_here("before a stop", rarely_there)) return false;
    stop(order);
  }
  if (!actions.answers.empty() && dies_here("before an answer")) return false;
  for (const Answer& answer : actions.answers) {
    witness_.answered(answer);
    if (asked_.erase(static_cast<std::uint64_t>(answer.id)) == 0) trace_.violated("I15: an answer to nobody");
  }
  for (const Notice& notice : actions.notices) witness_.told(notice);
  return true;
}

// L6: time must move, or something must be done.
void World::check_progress() {
  const bool did_something = actions_.persist || !actions_.starts.empty() || !actions_.stops.empty() ||
                             !actions_.answers.empty() || !actions_.notices.empty();
  idle_turns_ = did_something ? 0 : idle_turns_ + 1;
  if (idle_turns_ > idle_turns_max) trace_.violated("L6: turn after turn, and nothing is done");
}

// Everything decided is in the ledger, and everything that happened was seen.
void World::check_rest() {
  if (!was_at_rest_ || is_owed_) return;
  if (is_stopping_) return witness_.check_stopping(processes_);
  witness_.check_at_rest(scheduler_->view(), processes_);
  witness_.check_wakeup(scheduler_->next_wakeup(), told_);
  if (!asked_.empty()) trace_.violated("L2: no answer to " + asked_.begin()->second);
  if (reports_.empty() && dice_.chance(replay_chance)) check_replay();
}

// ---- the store

// It works at once and answers later. In trouble it refuses; now and then it keeps the batch, or does not, and nobody
// hears which.
void World::persist(const Batch& batch) {
  VERIFY(!on_its_way_);
  CommitAnswer answer{.batch = batch.id, .verdict = Verdict::failed, .why = "disk full"};
  const auto commit = [&] {
    const CommitAnswer committed = store_.commit(batch);
    trace_.note(static_cast<std::uint64_t>(batch.id) << 32U | batch.records.size());
    if (committed.verdict != Verdict::ok) trace_.violated("I2: the store refuses a batch: " + committed.why);
    if (std::exchange(committed_, batch.id) != batch.id) witness_.committed(batch);
    if (trace_.is_broken()) {
      for (const Record& record : batch.records) say("the daemon would " + in_words(record));
    }
    return committed;
  };
  if (has_chance(Fault::lost_answer)) {
    answer.verdict = Verdict::unknown;
    unknown_ = batch.id;
    const bool is_kept = dice_.chance(500'000);
    reached_.count(is_kept ? "answer lost, commit kept" : "answer lost, commit dropped");
    if (is_kept) commit();
  } else if (ledger_in_trouble_) {
    reached_.count("disk full");
    was_refused_ = true;
  } else {
    const bool is_there = committed_ == batch.id;
    answer = commit();
    if (std::exchange(unknown_, std::nullopt) == batch.id)
      reached_.count(is_there ? "commit unknown, and found to be there" : "commit unknown, and found not to be there");
    if (std::exchange(was_refused_, false)) reached_.count("disk full, and then it accepts");
  }
  const Millis delay = has_chance(Fault::slow_answer) ? dice_.spread(1ms, 60s) : 0ms;
  on_its_way_ = OnItsWay{.answer = std::move(answer), .at = real_ + delay};
}

void World::answer_store() {
  const CommitAnswer answer = std::exchange(on_its_way_, std::nullopt)->answer;
  witness_.ledger_answered(answer.verdict);
  give(Persisted{answer});
}

}  // namespace belfry::sim
