// A launcher without processes, for tests of whoever uses one. It passes the same contract suite as the real one
// (tests/contract/jobs/launcher_contract.h).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include <belfry/launcher.h>

namespace belfry::tests {

// The machine under the launcher: it goes on when the launcher, and so the daemon, is gone.
class FakeMachine {
 public:
  struct RunsOn {};
  struct CannotStart {
    std::string detail;
  };
  // What becomes of an attempt when it is started: it ends at once, runs until end() is called, or does not start.
  using Plan = std::variant<ProcessEnd, RunsOn, CannotStart>;

  std::function<Plan(const StartOrder&)> plan = [](const StartOrder&) { return ProcessEnd{}; };
  WallTime now;
  BootId boot{"boot-1"};

  // REQUIRES: it runs.
  void end(const AttemptId& id, const ProcessEnd& how);
  void kill_minder(const AttemptId& id);

  // How often the attempt's action was executed, over all its launches.
  int executions(const AttemptId& id) const;

 private:
  friend class FakeLauncher;
  // Where a launch is: taken by recovery, running, or over (then with its last report).
  struct NeverExecuted {};
  struct Running {
    WallTime started;
  };
  using State = std::variant<NeverExecuted, Running, Report>;

  void settle(const AttemptId& id, const Report& last);
  void report(const Report& report) const {
    if (launcher_report_) launcher_report_(report);
  }

  std::map<AttemptId, State> launches_;
  std::function<void(const Report&)> launcher_report_;  // of the launcher that lives, if one does
};

class FakeLauncher final : public Launcher {
 public:
  // REQUIRES: one launcher on a machine at a time.
  FakeLauncher(FakeMachine& machine, std::function<void(const Report&)> report);
  ~FakeLauncher() override;

  void start(const StartOrder& order) override;
  void stop(const StopOrder& order) override;
  void recover(const std::vector<Run>& open_runs) override;

 private:
  void recover_one(const Run& run);

  FakeMachine& machine_;
};

}  // namespace belfry::tests
