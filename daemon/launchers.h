// What executes attempts for the daemon: processes, each with its minder, and callables on threads of the daemon.
//
// THREADS: the loop's.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <belfry/callable.h>
#include <belfry/clock.h>
#include <belfry/launcher.h>

#include <daemon/loop.h>
#include <daemon/unmet_wishes.h>
#include <jobs/action_launcher.h>
#include <jobs/callable_launcher.h>
#include <jobs/launcher.h>

namespace belfry {

class Launchers {
 public:
  struct Options {
    std::string state_path;
    std::string runs_path;
    BootId boot;
    const Callables& callables;
    Clock& clock;
    std::size_t lines_max = 0;           // as CommandLauncher takes it
    std::function<void(Report)> report;  // what becomes of attempts
  };
  // Refuses a state directory on a file system that cannot keep what minders promise (S3).
  static Result<std::unique_ptr<Launchers>> open(const Options& options);

  Launcher& launcher() { return by_action_; }
  CallableLauncher& callables() { return *callables_; }
  const CallableLauncher& callables() const { return *callables_; }

  // What jobs can have here.
  Machine machine() const;

  Result<void> watch(Loop& loop);

 private:
  Launchers(std::unique_ptr<CommandLauncher> commands, std::unique_ptr<CallableLauncher> callables)
      : commands_(std::move(commands)), callables_(std::move(callables)), by_action_(*commands_, *callables_) {}

  std::unique_ptr<CommandLauncher> commands_;
  std::unique_ptr<CallableLauncher> callables_;
  ActionLauncher by_action_;
};

}  // namespace belfry
