#include <base/verify.h>
#include <tests/support/fake_launcher.h>

namespace belfry::tests {

void FakeMachine::end(const AttemptId& id, const ProcessEnd& how) {
  const WallTime started = std::get<Running>(launches_.at(id)).started;
  settle(id, AttemptEnded{.id = id, .end = how, .started = started, .finished = now});
}

void FakeMachine::kill_minder(const AttemptId& id) {
  VERIFY(std::holds_alternative<Running>(launches_.at(id)));
  settle(id, AttemptLost{.id = id, .reason = Reason::minder_killed});
}

void FakeMachine::settle(const AttemptId& id, const Report& last) {
  launches_[id].emplace<Report>(last);
  report(last);
}

int FakeMachine::executions(const AttemptId& id) const {
  int count = 0;
  for (const auto& [launch, state] : launches_) {
    if (launch.run != id.run || launch.attempt != id.attempt) continue;
    const auto* over = std::get_if<Report>(&state);
    const bool failed = over != nullptr && std::holds_alternative<AttemptStartFailed>(*over);
    if (!failed && !std::holds_alternative<NeverExecuted>(state)) ++count;
  }
  return count;
}

FakeLauncher::FakeLauncher(FakeMachine& machine, std::function<void(const Report&)> report) : machine_(machine) {
  VERIFY(!machine_.launcher_report_);
  machine_.launcher_report_ = std::move(report);
}

FakeLauncher::~FakeLauncher() { machine_.launcher_report_ = nullptr; }

void FakeLauncher::start(const StartOrder& order) {
  VERIFY(!machine_.launches_.contains(order.id));
  const FakeMachine::Plan plan = machine_.plan(order);
  if (const auto* cannot = std::get_if<FakeMachine::CannotStart>(&plan)) {
    return machine_.settle(order.id, AttemptStartFailed{.id = order.id, .detail = cannot->detail});
  }
  machine_.launches_.emplace(order.id, FakeMachine::Running{machine_.now});
  machine_.report(AttemptStarted{.id = order.id, .at = machine_.now});
  if (const auto* end = std::get_if<ProcessEnd>(&plan)) machine_.end(order.id, *end);
}

void FakeLauncher::stop(const StopOrder& order) {
  const auto known = machine_.launches_.find(order.id);
  if (known == machine_.launches_.end()) return;
  const auto* running = std::get_if<FakeMachine::Running>(&known->second);
  if (running == nullptr) return;
  machine_.settle(order.id, AttemptEnded{.id = order.id,
                                         .end = {.how = ProcessEnd::How::signalled, .code = 15},
                                         .started = running->started,
                                         .finished = machine_.now,
                                         .reason = order.reason});
}

void FakeLauncher::recover(const std::vector<Run>& open_runs) {
  for (const Run& run : open_runs) recover_one(run);
}

void FakeLauncher::recover_one(const Run& run) {
  const AttemptId id = run.attempt_id();
  const auto known = machine_.launches_.find(id);
  const bool is_over = known != machine_.launches_.end() && std::holds_alternative<Report>(known->second);
  if (!is_over && run.boot != machine_.boot) return machine_.report(AttemptLost{.id = id, .reason = Reason::reboot});
  const FakeMachine::State state = machine_.launches_.try_emplace(id, FakeMachine::NeverExecuted{}).first->second;
  if (std::holds_alternative<FakeMachine::NeverExecuted>(state)) return machine_.report(AttemptNeverExecuted{id});
  if (const auto* running = std::get_if<FakeMachine::Running>(&state)) {
    machine_.report(AttemptStarted{.id = id, .at = running->started});
    if (run.stop != Reason::none) stop({.id = id, .reason = run.stop});
    return;
  }
  const Report& last = std::get<Report>(state);
  if (const auto* ended = std::get_if<AttemptEnded>(&last)) machine_.report(AttemptStarted{id, ended->started});
  machine_.report(last);
}

}  // namespace belfry::tests
