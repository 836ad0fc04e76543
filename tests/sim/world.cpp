// Time and events; world_daemon.cpp, world_machine.cpp and world_people.cpp hold the rest.
#include <algorithm>

#include <base/verify.h>
#include <tests/sim/world.h>

namespace belfry::sim {

using namespace std::chrono_literals;

Verdicts simulate(const Plan& plan) { return World(plan).run(); }

World::World(const Plan& plan)
    : plan_(plan),
      faults_(plan.faults ? *plan.faults : Faults::draw(plan.seed)),
      dice_(plan.seed),
      workload_(plan),
      reached_(Reached::nothing()),
      witness_(trace_, reached_, workload_, faults_),
      wall_(workload_.begin()),
      booted_(real_ - 30s),
      end_(real_ + plan.ends_after.value_or(plan.duration)),
      set_(workload_.first()) {
  for (std::size_t i = 0; i < planned_count; ++i) plan_fault(static_cast<Fault>(i));
}

Verdicts World::run() {
  const BootTime begin = real_;
  at_new_moment();
  start_daemon();
  for (Next next = next_event(); next.event != Event::end && !trace_.is_broken(); next = next_event()) {
    pass_to(next.at);
    happen(next);
  }
  if (!trace_.is_broken()) settle();
  return {.violations = trace_.violations(),
          .trace = trace_.lines(),
          .hash = trace_.hash(),
          .reached = std::move(reached_),
          .simulated = real_ - begin,
          .turns = turns_,
          .jobs = workload_.size()};
}

// The second phase: no more faults, and processes are quick. Everything open must settle, and the account must add up.
void World::settle() {
  say("no more faults");
  faults_on_ = false;
  planned_.clear();
  ledger_in_trouble_ = false;
  ledger_back_at_.reset();
  const Millis patience = std::clamp<Millis>(plan_.duration / 10, 40min, 2h);
  for (Process& process : processes_)
    process.ends_by_itself = std::min(process.ends_by_itself.value_or(real_ + 1s), real_ + 1s);
  if (is_stopping_ && scheduler_) kill_daemon("as it was told");
  restart_at_ = scheduler_ ? std::nullopt : std::optional(real_ + 10ms);
  exit_at_.reset();
  end_ = real_ + patience + 25min;
  for (Next next = next_event(); next.event != Event::end && !trace_.is_broken(); next = next_event()) {
    pass_to(next.at);
    happen(next);
  }
  if (trace_.is_broken()) return;
  if (!scheduler_->view().ledger_trouble().empty()) trace_.violated("L5: the ledger is still in trouble");
  witness_.check_settled(patience);
  audit_all();
  turn();  // what it shows is of now, then
  if (scheduler_ && was_at_rest_ && !time_.is_ahead() && !trace_.is_broken()) check_replay();
}

// ---- time and events

Now World::now() const {
  const Millis boot = real_ - booted_;
  return {.wall = wall_, .boot = BootTime{boot}, .awake = AwakeTime{boot - asleep_}};
}

// As the daemon has it: what it decides ahead counts as decided when its time has come.
Moment World::moment() const {
  if (!scheduler_) return {.wall = wall_, .real = real_};
  const BootTime told = booted_ + told_.boot.time_since_epoch();
  if (time_.is_ahead() || told_at_ == real_) return {.wall = time_.is_ahead() ? told_.wall : wall_, .real = told};
  return {.wall = wall_, .real = std::max(real_, told)};
}

World::Next World::next_event() const {
  Next next{.event = Event::end, .at = end_};
  const auto offer = [&](Event event, BootTime at, std::size_t which = 0) {
    at = std::max(at, real_);
    if (at < next.at) next = {.event = event, .at = at, .which = which};
  };
  if (on_its_way_) offer(Event::answer, on_its_way_->at);
  for (const Process& process : processes_) {
    offer(Event::process, process.executes ? process.end().at : process.begins);
  }
  if (!reports_.empty()) offer(Event::report, reports_.front().at);
  if (restart_at_) offer(Event::restart, *restart_at_);
  if (exit_at_) offer(Event::exit, *exit_at_);
  if (ledger_back_at_) offer(Event::ledger_back, *ledger_back_at_);
  for (const auto& [fault, at] : planned_) offer(Event::fault, at, static_cast<std::size_t>(fault));
  if (!scheduler_) return next;
  if (is_owed_) offer(Event::wakeup, real_);
  if (time_.is_ahead()) {
    offer(Event::wakeup, std::max(real_, real_ + (*time_.comes_at().wall - wall_)) + timer_late_);
    return next;
  }
  const Wakeup wakeup = scheduler_->next_wakeup();
  const Millis lead{faults_[Fault::ahead]};
  const auto wake_in = [&](Millis left) {  // a little before, to see whether it can be decided ahead
    offer(Event::wakeup, std::max(real_, real_ + (left > lead ? left - lead : left)) + timer_late_);
  };
  if (wakeup.wall) wake_in(*wakeup.wall - wall_);
  if (wakeup.boot) wake_in(*wakeup.boot - told_.boot - (real_ - told_at_));
  return next;
}

void World::pass_to(BootTime at) {
  const Millis passed = at - real_;
  if (passed == 0ms) return;
  idle_turns_ = 0;
  drift_left_ += passed.count() * static_cast<std::int64_t>(faults_[Fault::drift]);
  real_ += passed;
  wall_ += passed + Millis{drift_left_ / 1'000'000};
  drift_left_ %= 1'000'000;
  at_new_moment();
}

void World::at_new_moment() {
  trace_.at(wall_);
  witness_.at(moment());
}

void World::plan_fault(Fault fault) {
  if (!faults_.has(fault) || !faults_on_) return;
  planned_[fault] = real_ + Millis{1 + static_cast<std::int64_t>(dice_.below(2 * faults_[fault]))};
}

void World::happen(const Next& next) {
  switch (next.event) {
    case Event::wakeup:
      return turn();
    case Event::answer:
      return answer_store();
    case Event::process:
      return move_processes();
    case Event::report: {
      const Report report = reports_.front().report;
      reports_.erase(reports_.begin());
      return std::visit([this](const auto& what) { give(what); }, report);
    }
    case Event::restart:
      restart_at_.reset();
      return start_daemon();
    case Event::exit:
      exit_at_.reset();
      return scheduler_ ? kill_daemon("as it was told") : void();
    case Event::ledger_back:
      ledger_back_at_.reset();
      ledger_in_trouble_ = false;
      return;
    case Event::fault: {
      const Fault fault = static_cast<Fault>(next.which);
      planned_.erase(fault);
      strike(fault);
      return plan_fault(fault);
    }
    case Event::end:
      break;
  }
}

void World::strike(Fault fault) {
  if (holds_a_start()) reached_.count((std::string("held back: ") + name_of(fault)).c_str());
  switch (fault) {
    case Fault::crash:
      return scheduler_ ? kill_daemon("at rest") : void();
    case Fault::reboot:
      return reboot();
    case Fault::minder_kill:
      return kill_minder();
    case Fault::clock_step:
      return step_clock();
    case Fault::strobe:
      return strobe_clock();
    case Fault::suspend:
      return suspend();
    case Fault::reload:
      if (!processes_.empty() && dice_.chance(200'000)) end_now();
      do {
        set_ = workload_.next(dice_);
        reached_.count("reloads");
        if (scheduler_) load_jobs();
      } while (dice_.chance(200'000));  // somebody saves, and saves again
      return;
    case Fault::request:
      return request();
    case Fault::ledger_trouble:
      ledger_in_trouble_ = true;
      ledger_back_at_ = real_ + dice_.spread(100ms, 10min);
      return;
    case Fault::shutdown:
      return shut_down();
    default:
      break;
  }
}

}  // namespace belfry::sim
