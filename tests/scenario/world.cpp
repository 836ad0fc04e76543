#include <algorithm>

#include <base/text.h>
#include <base/verify.h>
#include <tests/scenario/world.h>

namespace belfry::story {

World::World(WallTime now) : wall_(now) {}

Now World::now() const { return {.wall = wall_, .boot = boot_, .awake = awake_}; }

// ---- the file

void World::define(Job job) {
  schedules_.emplace(job.schedule.normal_form(), job.schedule);
  const auto same = [&](const Job& other) { return other.name == job.name; };
  const auto found = std::find_if(jobs_.begin(), jobs_.end(), same);
  if (found == jobs_.end()) {
    jobs_.push_back(std::move(job));
  } else {
    *found = std::move(job);
  }
}

void World::remove(const JobName& name) {
  std::erase_if(jobs_, [&](const Job& job) { return job.name == name; });
}

Job& World::job(const JobName& name) {
  const auto found = std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& job) { return job.name == name; });
  VERIFY(found != jobs_.end());
  return *found;
}

void World::define_queue(const QueueDefinition& queue) {
  std::erase_if(queues_, [&](const QueueDefinition& other) { return other.name == queue.name; });
  queues_.push_back(queue);
}

void World::process_takes(const JobName& name, Millis duration, std::vector<int> exit_codes) {
  habits_[name] = {.takes = duration, .exit_codes = std::move(exit_codes)};
}

// ---- the daemon

void World::start() {
  say("the daemon starts");
  auto snapshot = store_.load();
  VERIFY(snapshot.has_value());
  const std::vector<Run> open_runs = snapshot->open_runs;
  const auto parse = [this](const std::string& form) -> std::optional<Schedule> {
    const auto found = schedules_.find(form);
    return found == schedules_.end() ? std::nullopt : std::optional(found->second);
  };
  scheduler_ = std::make_unique<Scheduler>(
      Scheduler::Options{.boot = boot_id_, .limits = limits_, .parse_normal_form = parse}, *std::move(snapshot));
  load();
  for (const Run& run : open_runs) {
    if (run.state == RunState::queued || run.state == RunState::waiting) continue;
    const AttemptId id = run.attempt_id();
    const auto lives =
        std::find_if(processes_.begin(), processes_.end(), [&](const Process& process) { return process.id == id; });
    if (const auto record = records_.find(id); record != records_.end()) {
      scheduler_->submit(end_of(record->second));
      records_.erase(record);
    } else if (run.boot != boot_id_) {
      scheduler_->submit(AttemptLost{.id = id, .reason = Reason::reboot});
    } else if (lives != processes_.end()) {
      scheduler_->submit(AttemptStarted{.id = id, .at = lives->started});
    } else {
      scheduler_->submit(AttemptNeverExecuted{id});
    }
  }
  turn();
}

void World::crash() {
  say("the daemon dies");
  scheduler_.reset();
  losing_starts_ = false;
}

void World::reboot() {
  say("the machine reboots");
  scheduler_.reset();
  losing_starts_ = false;
  processes_.clear();
  boot_id_ = {"boot-" + std::to_string(++boots_)};
  boot_ = {};
  awake_ = {};
}

void World::load() {
  scheduler_->submit(JobsLoaded{std::make_shared<JobSet>(JobSet{.jobs = jobs_, .queues = queues_, .revision = "r"})});
}

void World::reload() {
  load();
  turn();
}

void World::request(Input input) {
  scheduler_->submit(std::move(input));
  turn();
}

void World::lose_last_start() { losing_starts_ = true; }

// One turn, and as many more as its own consequences ask for.
void World::turn() {
  do {
    pending_ = false;
    scheduler_->advance(now(), actions_);
    carry_out(actions_);
  } while (pending_ && scheduler_);
}

void World::carry_out(const Actions& actions) {
  const auto submit = [&](Input input) {
    scheduler_->submit(std::move(input));
    pending_ = true;
  };
  if (actions.persist) {
    CommitAnswer answer{.batch = actions.persist->id, .verdict = ledger_, .why = "disk full"};
    if (ledger_ != Verdict::failed) {  // `unknown`: it was committed, and the answer was lost
      const CommitAnswer committed = store_.commit(*actions.persist);
      VERIFY(committed.verdict == Verdict::ok);
      if (ledger_ == Verdict::ok) answer = committed;
    }
    submit(Persisted{answer});
  }
  if (losing_starts_ && !actions.starts.empty()) return crash();
  for (const StartOrder& order : actions.starts) {
    launch(order);
    submit(AttemptStarted{.id = order.id, .at = wall_});
  }
  for (const StopOrder& order : actions.stops) stop(order);
  for (const Answer& answer : actions.answers) tell_answer(answer);
  for (const Notice& notice : actions.notices) tell(notice);
}

// ---- processes

void World::launch(const StartOrder& order) {
  std::string numbers;
  if (order.id.attempt > 1) numbers += ", attempt " + std::to_string(order.id.attempt);
  if (order.id.launch > 1) numbers += ", launch " + std::to_string(order.id.launch);
  say(order.run.job.text() + ": process of run " + short_id(order.run) + " starts" + numbers);
  Process process{.id = order.id, .job = order.run.job, .started = wall_};
  if (const auto habit = habits_.find(order.run.job); habit != habits_.end()) {
    process.ends = boot_ + habit->second.takes;
    std::vector<int>& codes = habit->second.exit_codes;
    if (!codes.empty()) process.exit_code = codes.front();
    if (codes.size() > 1) codes.erase(codes.begin());
  }
  if (order.time_limit && (!process.ends || *process.ends > boot_ + *order.time_limit)) {
    process.ends = boot_ + *order.time_limit;
    process.reason = order.limit_reason;
  }
  processes_.push_back(process);
}

AttemptEnded World::end_of(const Process& process) const {
  using How = ProcessEnd::How;
  const bool by_signal = process.reason != Reason::none;
  return {.id = process.id,
          .end = by_signal ? ProcessEnd{.how = How::signalled, .code = 15} : ProcessEnd{.code = process.exit_code},
          .started = process.started,
          .finished = wall_,
          .reason = process.reason};
}

void World::stop(const StopOrder& order) {
  const auto found = std::find_if(processes_.begin(), processes_.end(),
                                  [&](const Process& process) { return process.id == order.id; });
  if (found == processes_.end()) return;
  say(found->job.text() + ": process of run " + short_id(order.id.run) + " is told to stop (" +
      std::string(text(order.reason)) + ")");
  found->reason = Reason::by_request;
  found->ends = boot_ + Millis{1000};
}

void World::end(std::size_t index, int exit_code) {
  Process process = processes_[index];
  processes_.erase(processes_.begin() + static_cast<std::ptrdiff_t>(index));
  process.exit_code = exit_code;
  if (!scheduler_) {
    say(process.job.text() + ": process ends with " + std::to_string(exit_code) + ", and nobody sees it");
    records_.emplace(process.id, process);
    return;
  }
  scheduler_->submit(end_of(process));
  turn();
}

void World::end_process(const JobName& name, int exit_code) {
  const auto found =
      std::find_if(processes_.begin(), processes_.end(), [&](const Process& process) { return process.job == name; });
  VERIFY(found != processes_.end());
  end(static_cast<std::size_t>(found - processes_.begin()), exit_code);
}

// ---- time

void World::pass(Millis duration) {
  wall_ += duration;
  boot_ += duration;
  awake_ += duration;
}

void World::go(Millis duration) {
  const BootTime until = boot_ + duration;
  while (boot_ < until) {
    Millis step = until - boot_;
    if (scheduler_) {
      const Wakeup wakeup = scheduler_->next_wakeup();
      if (wakeup.wall) step = std::min(step, std::max(Millis{0}, *wakeup.wall - wall_));
      if (wakeup.boot) step = std::min(step, std::max(Millis{0}, *wakeup.boot - boot_));
    }
    for (const Process& process : processes_) {
      if (process.ends) step = std::min(step, std::max(Millis{0}, *process.ends - boot_));
    }
    pass(step);
    for (std::size_t i = 0; i < processes_.size();) {
      if (processes_[i].ends && *processes_[i].ends <= boot_) {
        end(i, processes_[i].exit_code);
        i = 0;
      } else {
        ++i;
      }
    }
    if (scheduler_) turn();
  }
}

void World::sleep(Millis duration) {
  wall_ += duration;
  boot_ += duration;
  say("the machine wakes");
  if (scheduler_) turn();
}

void World::step_clock(Millis offset) {
  wall_ += offset;
  say("the clock is set to this");
  if (scheduler_) turn();
}

// ---- words

void World::say(const std::string& what) { trace_.push_back(format_utc(wall_) + "  " + what); }

// Runs are numbered as they appear: the real ids mean nothing to a reader.
std::string World::short_id(const RunId& id) {
  const auto [entry, inserted] = short_ids_.emplace(id, static_cast<int>(short_ids_.size()) + 1);
  return "#" + std::to_string(entry->second);
}

std::string World::short_id(const Run& run) {
  const std::string id = short_id(run.id);
  runs_.insert_or_assign(short_ids_.at(run.id), run);
  return id;
}

void World::tell_answer(const Answer& answer) {
  if (const Run* run = std::get_if<Run>(&answer.result)) {
    const bool is_open = run->is_open();
    return say("request accepted: run " + short_id(*run) + " is " +
               std::string(is_open ? text(run->state) : text(*run->outcome)));
  }
  if (const Done* done = std::get_if<Done>(&answer.result)) {
    return say("request accepted: " + std::to_string(done->count));
  }
  if (const SameAs* same = std::get_if<SameAs>(&answer.result)) {
    return say("request accepted: run " + short_id(same->run) + ", as before");
  }
  const Refusal& refusal = std::get<Refusal>(answer.result);
  std::string line = "request refused";
  if (refusal.kind == ErrorKind::not_found) line += ": no such job or run";
  if (refusal.reason != Reason::none) line += ": " + std::string(text(refusal.reason));
  if (refusal.cause) line += ", run " + short_id(*refusal.cause);
  say(line);
}

void World::tell(const Notice& notice) {
  if (const auto* queued = std::get_if<RunQueuedNotice>(&notice)) {
    const Run& run = queued->run;
    std::string line = run.job.text() + ": run " + short_id(run) + " waits (" + std::string(text(run.trigger));
    if (run.nominal) line += ", for " + format_utc(*run.nominal);
    if (run.not_before) line += ", until " + format_utc(*run.not_before);
    return say(line + ")");
  }
  if (const auto* waiting = std::get_if<RunWaitingNotice>(&notice)) {
    const Run& run = waiting->run;
    return say(run.job.text() + ": run " + short_id(run) + " failed in attempt " + std::to_string(run.attempt) +
               ", the next begins at " + format_utc(*run.not_before));
  }
  if (const auto* paused = std::get_if<JobPausedNotice>(&notice)) {
    std::string line = paused->job.text() + ": paused by " + paused->pause.by;
    if (paused->pause.until) line += " until " + format_utc(*paused->pause.until);
    if (!paused->pause.reason.empty()) line += ": " + paused->pause.reason;
    return say(line);
  }
  if (const auto* resumed = std::get_if<JobResumedNotice>(&notice)) {
    return say(resumed->job.text() + ": goes on" + (resumed->by.empty() ? "" : ", resumed by " + resumed->by));
  }
  if (const auto* trouble = std::get_if<JobTroubleNotice>(&notice)) {
    return say(trouble->job.text() + ": TROUBLE " + trouble->what);
  }
  if (const auto* clock = std::get_if<ClockNotice>(&notice)) {
    using What = ClockNotice::What;
    const std::string by = format_duration(clock->by);
    switch (clock->what) {
      case What::set_forward:
        return say("noticed: the clock was set forward by " + by);
      case What::set_back:
        return say("noticed: the clock was set back by " + by);
      case What::slept:
        return say("noticed: the machine slept for " + by);
      case What::rebased:
        return say("noticed: the clock was wrong; " + std::to_string(clock->jobs) + " jobs were up to " + by +
                   " ahead and begin anew");
    }
  }
  if (const auto* started = std::get_if<RunStartedNotice>(&notice)) {
    const Run& run = started->run;
    std::string line = run.job.text() + ": run " + short_id(run) + " runs (" + std::string(text(run.trigger));
    if (run.slot) line += ", slot " + format_utc(run.slot->at);
    if (!run.slot && run.nominal) line += ", for " + format_utc(*run.nominal);
    if (run.trigger == RunTrigger::after) line += ", because of run " + short_id(*run.cause);
    if (run.attempt > 1) line += ", attempt " + std::to_string(run.attempt);
    if (run.stands_for > 1) line += ", for " + std::to_string(run.stands_for);
    if (*run.lateness() > Millis{0}) line += ", late " + format_duration(*run.lateness());
    say(line + ")");
  } else if (const auto* closed = std::get_if<RunClosedNotice>(&notice)) {
    const Run& run = closed->run;
    std::string line = run.job.text() + ": run " + short_id(run) + " " + std::string(text(*run.outcome));
    const bool exited = run.end && run.end->how == ProcessEnd::How::exited;
    if (exited && run.end->code != 0) line += " (exit " + std::to_string(run.end->code) + ")";
    if (run.reason != Reason::none) line += " (" + std::string(text(run.reason)) + ")";
    if (run.reason == Reason::superseded && run.cause) line += " by run " + short_id(*run.cause);
    if (!run.detail.empty()) line += ": " + run.detail;
    say(line);
  } else if (const auto* slots = std::get_if<SlotsDecidedNotice>(&notice)) {
    const SlotsDecided& decided = slots->decided;
    std::string line = decided.job.text() + ": slot " + format_utc(decided.slots.first);
    if (decided.slots.count > 1) {
      line += " to " + format_utc(decided.slots.last) + ", " + std::to_string(decided.slots.count) + " in all,";
    }
    line += " " + std::string(text(decided.outcome));
    if (decided.reason != Reason::none) line += " (" + std::string(text(decided.reason)) + ")";
    if (!decided.detail.empty()) line += ": " + decided.detail;
    if (decided.cause) line += ", run " + short_id(*decided.cause);
    say(line);
  } else if (const auto* ledger = std::get_if<LedgerNotice>(&notice)) {
    say(ledger->why.empty() ? "the ledger accepts again" : "the ledger fails: " + ledger->why);
  }
}

void World::show() {
  for (const JobView& view : scheduler_->view().jobs()) {
    std::string line = view.job->name.text() + ": next " + (view.next ? format_utc(*view.next) : "never");
    if (view.pause) line += ", paused since " + format_utc(view.pause->since);
    if (!view.open.empty()) line += ", open " + std::to_string(view.open.size());
    if (view.last) line += ", last " + short_id(view.last->id) + " " + std::string(text(*view.last->outcome));
    say(line);
  }
}

}  // namespace belfry::story
