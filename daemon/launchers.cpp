#include <unistd.h>

#include <utility>

#include <base/journal.h>
#include <base/try.h>
#include <daemon/clock.h>
#include <daemon/launchers.h>
#include <jobs/cgroup_home.h>
#include <jobs/probe.h>
#include <jobs/process_bounds.h>
#include <jobs/secrets.h>
#include <jobs/spawn.h>

namespace belfry {

Result<std::unique_ptr<Launchers>> Launchers::open(const Options& options) {
  TRY(probe_file_system(options.state_path));
  const std::string minder = TRY(find_minder_program());
  auto commands = TRY(CommandLauncher::open({.runs_path = options.runs_path,
                                             .minder_path = minder,
                                             .lines_max = options.lines_max,
                                             .boot = options.boot,
                                             .cgroups = CgroupHome::of_this_process(),
                                             .clock = options.clock,
                                             .report = options.report}));
  auto callables = TRY(CallableLauncher::open({.runs_path = options.runs_path,
                                               .boot = options.boot,
                                               .callables = options.callables,
                                               .clock = options.clock,
                                               .crew_clock = std::make_unique<SystemClock>(),
                                               .report = options.report}));
  return std::unique_ptr<Launchers>(new Launchers(std::move(commands), std::move(callables)));
}

Machine Launchers::machine() const {
  return {.cgroups = commands_->cgroup_facts(),
          .bounds = find_process_bounds(),
          .has_journal = ::access(Journal::usual_socket, W_OK) == 0,
          .look_for_secret = look_for_secret};
}

Result<void> Launchers::watch(Loop& loop) {
  TRY(loop.add(commands_->fd(), [this] { commands_->dispatch(); }));
  return loop.add(callables_->fd(), [this] { callables_->dispatch(); });
}

}  // namespace belfry
