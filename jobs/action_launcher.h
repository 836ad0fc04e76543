// One launcher for all actions: hands each attempt to the launcher of its kind.
#pragma once

#include <belfry/launcher.h>

#include <jobs/callable_launcher.h>

namespace belfry {

// REQUIRES: both outlive it.
class ActionLauncher final : public Launcher {
 public:
  ActionLauncher(Launcher& commands, CallableLauncher& callables) : commands_(commands), callables_(callables) {}

  void expect(const StartOrder& order) override;
  void start(const StartOrder& order) override;
  void stop(const StopOrder& order) override;
  // What a run was is told by what it has left, and not by its job, which may be another one by now: the journal of
  // calls knows it, or it is a command's, or it never executed, and then either may say so.
  void recover(const std::vector<Run>& open_runs) override;

 private:
  Launcher& of(const StartOrder& order);

  Launcher& commands_;
  CallableLauncher& callables_;
};

}  // namespace belfry
