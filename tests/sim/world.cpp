// Time and events; world_daemon.cpp, world_machine.cpp and world_checks.cpp hold the rest.
#include <algorithm>

#include <base/verify.h>
#include <tests/sim/world.h>

namespace belfry::sim {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t violations_max = 5;

WallTime first_instant(Dice& dice) {
  return WallTime{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}} +
         Millis{static_cast<std::int64_t>(dice.below(365ULL * 24 * 3'600'000))};
}

// Half of all seeds do without a given fault, so that every combination occurs.
Millis draw_mean(Dice& dice, Millis least, Millis most) {
  return dice.chance(500'000) ? 0ms : dice.spread(least, most);
}

}  // namespace

Faults Faults::draw(Dice& dice) {
  return {.crash = draw_mean(dice, 5min, 48h),
          .reboot = draw_mean(dice, 1h, 96h),
          .minder_kill = draw_mean(dice, 10min, 48h),
          .clock_step = draw_mean(dice, 10min, 48h),
          .suspend = draw_mean(dice, 10min, 48h),
          .reload = draw_mean(dice, 30min, 48h),
          .request = draw_mean(dice, 1min, 24h),
          .ledger_trouble = draw_mean(dice, 10min, 48h),
          .crash_at_boundary = dice.chance(500'000) ? 0 : 100 * dice.below(300),
          .lost_answer = dice.chance(500'000) ? 0 : 100 * dice.below(300)};
}

void Reached::add(const Reached& other) {
  for (const auto& [name, counter] : names()) this->*counter += other.*counter;
}

std::vector<std::pair<const char*, std::int64_t Reached::*>> Reached::names() {
  return {{"turns", &Reached::turns},
          {"starts", &Reached::starts},
          {"slots audited", &Reached::slots},
          {"crash before a commit", &Reached::crash_before_commit},
          {"crash after a commit", &Reached::crash_after_commit},
          {"crash before a start", &Reached::crash_before_start},
          {"crash in recovery", &Reached::crash_in_recovery},
          {"relaunched", &Reached::relaunched},
          {"adopted while running", &Reached::adopted},
          {"ended while no daemon lived", &Reached::finished_unseen},
          {"lost", &Reached::lost},
          {"commit refused", &Reached::commit_failed},
          {"answer lost, commit kept", &Reached::commit_unknown_kept},
          {"answer lost, commit dropped", &Reached::commit_unknown_dropped},
          {"skipped for overlap", &Reached::overlaps},
          {"coalesced", &Reached::coalesced},
          {"clock set back", &Reached::clock_back},
          {"suspended", &Reached::suspended},
          {"reloads", &Reached::reloads}};
}

Verdicts simulate(const Plan& plan) { return World(plan).run(); }

World::World(const Plan& plan)
    : plan_(plan),
      dice_(plan.seed),
      faults_(plan.faults ? *plan.faults : Faults::draw(dice_)),
      wall_(first_instant(dice_)),
      end_(boot_ + plan.duration) {
  draw_jobs();
  for (const Event event : {Event::crash, Event::reboot, Event::minder_kill, Event::clock_step, Event::suspend,
                            Event::reload, Event::request, Event::ledger_trouble}) {
    plan_fault(event);
  }
}

Verdicts World::run() {
  start_daemon();
  const BootTime begin = boot_;
  Next next = next_event();
  while (next.event != Event::end && verdicts_.violations.size() < violations_max) {
    pass_to(next.at);
    happen(next.event);
    next = next_event();
  }
  // The second phase: no more faults. Everything open must settle, and the account must add up.
  faults_on_ = false;
  planned_.clear();
  ledger_in_trouble_ = false;
  end_ = boot_ + 12h;
  if (!scheduler_) start_daemon();
  for (next = next_event(); next.event != Event::end && verdicts_.violations.size() < violations_max;
       next = next_event()) {
    pass_to(next.at);
    happen(next.event);
  }
  if (verdicts_.violations.empty()) {
    if (!scheduler_->view().ledger_trouble().empty()) violated("L5: the ledger is still in trouble");
    audit_all();
    check_replay();
  }
  verdicts_.simulated = boot_ - begin;
  return std::move(verdicts_);
}

// ---- time and events

World::Next World::next_event() const {
  Next next{.event = Event::end, .at = end_};
  const auto offer = [&](Event event, BootTime at) {
    at = std::max(at, boot_);
    if (at < next.at) next = {.event = event, .at = at};
  };
  if (on_its_way_) offer(Event::answer, on_its_way_->at);
  for (const Process& process : processes_) offer(Event::process_end, process.ends);
  if (restart_at_) offer(Event::restart, *restart_at_);
  if (ledger_back_at_) offer(Event::ledger_back, *ledger_back_at_);
  for (const auto& [event, at] : planned_) offer(event, at);
  if (scheduler_) {
    const Wakeup wakeup = scheduler_->next_wakeup();
    if (wakeup.wall) offer(Event::wakeup, boot_ + (*wakeup.wall - wall_));
    if (wakeup.boot) offer(Event::wakeup, *wakeup.boot);
    if (is_owed_) offer(Event::wakeup, boot_);
  }
  return next;
}

void World::pass_to(BootTime at) {
  const Millis passed = at - boot_;
  if (passed > 0ms) idle_turns_ = 0;
  wall_ += passed;
  boot_ += passed;
  awake_ += passed;
}

Millis World::mean(Event event) const {
  switch (event) {
    case Event::crash:
      return faults_.crash;
    case Event::reboot:
      return faults_.reboot;
    case Event::minder_kill:
      return faults_.minder_kill;
    case Event::clock_step:
      return faults_.clock_step;
    case Event::suspend:
      return faults_.suspend;
    case Event::reload:
      return faults_.reload;
    case Event::request:
      return faults_.request;
    case Event::ledger_trouble:
      return faults_.ledger_trouble;
    default:
      return 0ms;
  }
}

void World::plan_fault(Event event) {
  const Millis distance = mean(event);
  if (distance == 0ms || !faults_on_) return;
  planned_[event] =
      boot_ + Millis{1 + static_cast<std::int64_t>(dice_.below(static_cast<std::uint64_t>(2 * distance.count())))};
}

void World::happen(Event event) {
  planned_.erase(event);
  switch (event) {
    case Event::wakeup:
      return turn();
    case Event::answer:
      return answer_store();
    case Event::process_end: {
      const auto first = std::min_element(processes_.begin(), processes_.end(),
                                          [](const Process& a, const Process& b) { return a.ends < b.ends; });
      return end_process(static_cast<std::size_t>(first - processes_.begin()));
    }
    case Event::restart:
      restart_at_.reset();
      return start_daemon();
    case Event::ledger_back:
      ledger_back_at_.reset();
      ledger_in_trouble_ = false;
      return;
    case Event::crash:
      if (scheduler_) kill_daemon("at rest");
      break;
    case Event::reboot:
      reboot();
      break;
    case Event::minder_kill:
      kill_minder();
      break;
    case Event::clock_step:
      step_clock();
      break;
    case Event::suspend:
      suspend();
      break;
    case Event::reload:
      draw_jobs();
      if (scheduler_) load_jobs();
      ++verdicts_.reached.reloads;
      break;
    case Event::request:
      request();
      break;
    case Event::ledger_trouble:
      ledger_in_trouble_ = true;
      ledger_back_at_ = boot_ + dice_.spread(100ms, 10min);
      break;
    case Event::end:
      break;
  }
  plan_fault(event);
}

}  // namespace belfry::sim
