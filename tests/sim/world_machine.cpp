// The machine: its file, its processes, its clocks, and what people and accidents do to them.
#include <algorithm>
#include <string>

#include <base/text.h>
#include <base/verify.h>
#include <tests/sim/world.h>
#include <triggers/parse.h>

namespace belfry::sim {

using namespace std::chrono_literals;

namespace {

constexpr std::int64_t slots_per_job_max = 5'000;  // of an interval: a seed is to be over soon

std::string draw_schedule(Dice& dice, Millis shortest) {
  if (dice.chance(100'000)) return "manual";
  if (dice.chance(500'000)) return "every " + format_duration(dice.spread(shortest, 24h));
  const std::string minute = std::to_string(dice.below(60));
  const std::string hour = std::to_string(dice.below(24));
  switch (dice.below(5)) {
    case 0:
      return "*/" + std::to_string(1 + dice.below(30)) + " * * * *";
    case 1:
      return minute + " * * * *";
    case 2:
      return minute + " " + hour + " * * *";
    case 3:
      return minute + " " + hour + " * * MON-FRI";
    default:
      return "0,30 8-18 * * *";
  }
}

Job draw_job(Dice& dice, const std::string& name, Millis shortest) {
  const std::string text = draw_schedule(dice, shortest);
  return {.name = JobName::parse(name).value(),
          .schedule = parse_schedule(text, {.job = name}).value(),
          .schedule_text = text,
          .action = Script{"true"},
          .enabled = !dice.chance(100'000)};
}

}  // namespace

// A new version of the file: some jobs stay as they were, some change, come or go.
void World::draw_jobs() {
  const Millis shortest = std::max(Millis{1000}, plan_.duration / slots_per_job_max);
  auto set = std::make_shared<JobSet>();
  set->revision = "r" + std::to_string(++revision_);
  for (std::size_t i = 0; i < plan_.jobs_max; ++i) {
    const std::string name = "job-" + std::to_string(i);
    const auto same = [&](const Job& job) { return job.name.text() == name; };
    const Job* known = nullptr;
    if (set_) {
      const auto found = std::find_if(set_->jobs.begin(), set_->jobs.end(), same);
      if (found != set_->jobs.end()) known = &*found;
    }
    if (known != nullptr && !dice_.chance(100'000)) {
      set->jobs.push_back(*known);
    } else if (!dice_.chance(set_ ? 700'000 : 200'000)) {
      set->jobs.push_back(draw_job(dice_, name, shortest));
    }
  }
  if (set->jobs.empty()) set->jobs.push_back(draw_job(dice_, "job-0", shortest));
  for (const Job& job : set->jobs) {
    if (!job.enabled) disabled_in_[set->revision].insert(job.name);
    if (job.schedule.is_manual()) was_manual_.insert(job.name);
    schedules_by_normal_form_.emplace(job.schedule.normal_form(), job.schedule);
  }
  set_ = std::move(set);
}

void World::load_jobs() {
  if (dice_.chance(100'000)) audit_all();
  scheduler_->submit(JobsLoaded{set_});
  is_owed_ = true;
}

bool World::launch(const StartOrder& order) {
  ++verdicts_.reached.starts;
  if (order.id.launch > 1) ++verdicts_.reached.relaunched;
  say("start " + order.run.job.text() + " " + order.id.run.text() + " launch " + std::to_string(order.id.launch));
  executed_.insert(order.id);
  if (!executed_attempts_.insert({order.id.run, order.id.attempt}).second) violated("I3: an attempt executes twice");
  Process process{.id = order.id, .job = order.run.job, .started = wall_, .ends = boot_ + dice_.spread(1ms, 2h)};
  process.exit_code = dice_.chance(800'000) ? 0 : static_cast<int>(1 + dice_.below(100));
  processes_.push_back(process);
  scheduler_->submit(AttemptStarted{.id = order.id, .at = wall_});
  is_owed_ = true;
  return true;
}

void World::end_process(std::size_t index) {
  const Process process = processes_[index];
  processes_.erase(processes_.begin() + static_cast<std::ptrdiff_t>(index));
  if (!process.minder_lives) return;  // nobody is left to write a record
  say("end " + process.job.text() + " " + process.id.run.text());
  true_exit_codes_[process.id.run] = process.exit_code;
  const AttemptEnded ended{
      .id = process.id, .end = {.code = process.exit_code}, .started = process.started, .finished = wall_};
  records_.emplace(process.id, ended);
  if (!scheduler_) return;
  scheduler_->submit(ended);
  is_owed_ = true;
}

// The daemon, if there is one, sees the minder die and kills the job's tree; else recovery will.
void World::kill_minder() {
  if (processes_.empty()) return;
  Process& process = processes_[dice_.below(processes_.size())];
  if (!process.minder_lives) return;
  say("the minder of " + process.id.run.text() + " is killed");
  process.minder_lives = false;
  if (!scheduler_) return;
  truly_lost_.insert(process.id.run);
  scheduler_->submit(AttemptLost{.id = process.id, .reason = Reason::minder_killed});
  is_owed_ = true;
  processes_.erase(processes_.begin() + (&process - processes_.data()));
}

void World::reboot() {
  say("the machine reboots");
  if (scheduler_) kill_daemon("with its machine");
  processes_.clear();
  ++boots_;
}

void World::step_clock() {
  Millis step = dice_.spread(1s, 23h);
  if (dice_.chance(500'000)) {
    step = -step;
    ++verdicts_.reached.clock_back;
  }
  wall_ += step;
  say("the clock is set by " + std::to_string(step.count()) + " ms");
  if (scheduler_) is_owed_ = true;
}

void World::suspend() {
  const Millis asleep = dice_.spread(1s, 12h);
  wall_ += asleep;
  boot_ += asleep;
  ++verdicts_.reached.suspended;
  say("asleep for " + format_duration(asleep));
  if (scheduler_) is_owed_ = true;
}

void World::request() {
  if (!scheduler_) return;
  const Job& job = set_->jobs[dice_.below(set_->jobs.size())];
  scheduler_->submit(RunRequested{.id = RequestId{++requests_}, .job = job.name, .requested_by = "uid 0"});
  is_owed_ = true;
}

}  // namespace belfry::sim
