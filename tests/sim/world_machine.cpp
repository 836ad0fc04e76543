// The machine: its processes and clocks, and what accidents do to them.
#include <algorithm>
#include <string>

#include <base/hash.h>
#include <base/text.h>
#include <base/verify.h>
#include <tests/sim/world.h>

namespace belfry::sim {

using namespace std::chrono_literals;

namespace {

constexpr Millis grace = 10s;

std::string name_of(const Process& process) { return process.job.text() + " " + process.id.run.text().substr(18); }

}  // namespace

// ---- processes

// Some jobs ask for another try whenever they run.
ProcessEnd World::draw_end(const JobName& job) {
  using How = ProcessEnd::How;
  if (mix(plan_.seed ^ hash_text(job.text())) % 16 == 0 && faults_on_) return {.code = 75};
  if (dice_.chance(700'000) || !faults_on_) return {};
  switch (dice_.below(6)) {
    case 0:
      return {.code = 75};
    case 1:
      return {.code = 78};
    case 2:
      return {.how = How::signalled, .code = 11};
    default:
      return {.code = static_cast<int>(1 + dice_.below(60))};
  }
}

void World::launch(const StartOrder& order) {
  reached_.count("starts");
  if (order.run.boot.text != "boot-" + std::to_string(boots_)) trace_.violated("I4: recorded in another boot");
  say("start " + order.run.job.text() + " " + order.id.run.text().substr(18) + " attempt " +
      std::to_string(order.id.attempt) + " launch " + std::to_string(order.id.launch));
  if (has_chance(Fault::start_failure)) {
    witness_.evidence(order.id.run, order.id.attempt).start_failed = true;
    const AttemptStartFailed failed{.id = order.id, .detail = "execve: no such file"};
    records_.emplace(order.id, failed);
    return report(failed);
  }
  Process process{.id = order.id,
                  .job = order.run.job,
                  .queue = order.run.queue,
                  .ignores_overlap = order.run.ignores_overlap,
                  .begins = real_ + (has_chance(Fault::slow_spawn) ? dice_.spread(1ms, 5s) : 0ms)};
  process.own_end = draw_end(order.run.job);
  process.dies_after = has_chance(Fault::stubborn) ? grace : Millis{static_cast<std::int64_t>(dice_.below(200))};
  if (order.time_limit) process.limit = process.begins + *order.time_limit;
  process.limit_reason = order.limit_reason;
  const Millis takes = faults_on_ ? dice_.spread(dice_.chance(100'000) ? 0ms : 1ms, 2h) : 5ms;
  if (!has_chance(Fault::hang)) process.ends_by_itself = process.begins + takes;
  if (process.limit && has_chance(Fault::limit_tie)) {
    process.ends_by_itself = *process.limit + (dice_.chance(500'000) ? process.dies_after : 0ms);
    reached_.count("ends in the instant of its limit");
  }
  processes_.push_back(process);
  if (process.begins == real_) begin(processes_.back());
}

void World::begin(Process& process) {
  process.executes = true;
  process.started = wall_;
  witness_.began(process);
  report(AttemptStarted{.id = process.id, .at = wall_});
}

// The one whose time has come first.
void World::move_processes() {
  const auto due = [](const Process& process) { return process.executes ? process.end().at : process.begins; };
  const auto first = std::min_element(processes_.begin(), processes_.end(),
                                      [&](const Process& a, const Process& b) { return due(a) < due(b); });
  if (first->executes) return end(static_cast<std::size_t>(first - processes_.begin()));
  begin(*first);
}

// In this very instant.
void World::end_now() {
  const auto index = dice_.below(processes_.size());
  if (!processes_[index].executes) return;
  processes_[index].ends_by_itself = real_;
  if (processes_[index].end().at == real_) end(index);
}

void World::end(std::size_t index) {
  const Process process = processes_[index];
  processes_.erase(processes_.begin() + static_cast<std::ptrdiff_t>(index));
  if (!process.minder_lives) return;  // nobody is left to write a record
  const Reason reason = process.end().reason;
  say("end " + name_of(process) + (reason == Reason::none ? "" : " (" + std::string(text(reason)) + ")"));
  const ProcessEnd by_signal{.how = ProcessEnd::How::signalled, .code = process.dies_after >= grace ? 9 : 15};
  const AttemptEnded ended{.id = process.id,
                           .end = reason == Reason::none ? process.own_end : by_signal,
                           .started = process.started,
                           .finished = wall_,
                           .reason = reason};
  witness_.evidence(process.id.run, process.id.attempt).ended = ended;
  records_.emplace(process.id, ended);
  report(ended);
}

// Reports reach the daemon in their order, sometimes late; those on the way die with it.
void World::report(Report what) {
  if (!scheduler_) return;
  BootTime at = real_ + (has_chance(Fault::slow_report) ? dice_.spread(1ms, 2s) : 0ms);
  if (!reports_.empty()) at = std::max(at, reports_.back().at);
  if (at > real_) return reports_.push_back({.report = std::move(what), .at = at});
  std::visit([this](const auto& seen) { give(seen); }, what);
}

void World::stop(const StopOrder& order) {
  const auto found =
      std::find_if(processes_.begin(), processes_.end(), [&](const Process& p) { return p.id == order.id; });
  if (found == processes_.end() || found->told_to_stop) return;
  say("stop " + name_of(*found) + " (" + std::string(text(order.reason)) + ")");
  found->told_to_stop = real_;
  found->stop_reason = order.reason;
}

// The daemon, if there is one, sees the minder die and kills the job's tree; else recovery will.
void World::kill_minder() {
  if (processes_.empty()) return;
  const auto index = dice_.below(processes_.size());
  Process& process = processes_[index];
  if (!process.minder_lives || !process.executes) return;
  say("the minder of " + name_of(process) + " is killed");
  process.minder_lives = false;
  if (!scheduler_) return;
  witness_.evidence(process.id.run, process.id.attempt).lost = true;
  const AttemptId id = process.id;
  processes_.erase(processes_.begin() + static_cast<std::ptrdiff_t>(index));
  records_.emplace(id, AttemptLost{.id = id, .reason = Reason::minder_killed});
  report(AttemptLost{.id = id, .reason = Reason::minder_killed});
}

void World::reboot() {
  say("the machine reboots");
  if (scheduler_) kill_daemon("with its machine");
  processes_.clear();
  ++boots_;
  booted_ = real_ - Millis{static_cast<std::int64_t>(dice_.below(60'000))};
  asleep_ = 0ms;
  reached_.count("reboots");
}

// ---- clocks

bool World::is_in_a_repeated_hour() const {
  const auto period = workload_.zone().period_at(wall_);
  const auto repeated = workload_.zone().period_at(WallTime{period.begin} - 1ms).offset - period.offset;
  return repeated > 0s && wall_ < WallTime{period.begin} + repeated;
}

void World::step_clock() {
  Millis step = dice_.spread(1s, dice_.chance(700'000) ? Millis{23h} : Millis{24h * 3650});
  if (dice_.chance(500'000)) {
    step = -step;
    reached_.count(step <= -24h ? "clock set back by more than a day" : "clock set back");
  }
  wall_ += step;
  at_new_moment();
  witness_.clock_was_set(step);
  say("the clock is set by " + std::to_string(step.count()) + " ms");
  if (scheduler_) is_owed_ = true;
}

void World::strobe_clock() {
  const Millis swing = dice_.spread(1ms, 5s);
  for (int i = 0; i < 6; ++i) {
    const Millis step = i % 2 == 0 ? swing : -swing;
    wall_ += step;
    at_new_moment();
    witness_.clock_was_set(step);
    if (!scheduler_) continue;
    is_owed_ = true;
    turn();
  }
  reached_.count("clock to and fro");
}

void World::suspend() {
  const Millis slept = dice_.spread(1s, dice_.chance(800'000) ? Millis{12h} : Millis{24h * 30});
  say("asleep for " + format_duration(slept));
  real_ += slept;
  wall_ += slept;
  asleep_ += slept;
  end_ += slept;
  at_new_moment();
  witness_.disturbed();
  // What executes sleeps too.
  for (Process& process : processes_) {
    process.begins += process.executes ? 0ms : slept;
    if (process.ends_by_itself) *process.ends_by_itself += slept;
  }
  reached_.count("suspended");
  if (scheduler_) is_owed_ = true;
}

}  // namespace belfry::sim
