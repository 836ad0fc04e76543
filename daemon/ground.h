// The ground the daemon stands on, before there is a ledger: the configuration in force, the state directory that is
// its alone, and everything it will sleep on.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include <api/backend.h>
#include <base/os.h>
#include <base/zones.h>
#include <config/daemon_settings.h>
#include <daemon/alarm.h>
#include <daemon/configuration.h>
#include <daemon/daemon.h>
#include <daemon/file_watch.h>
#include <daemon/loop.h>
#include <daemon/service_manager.h>
#include <daemon/signals.h>
#include <daemon/state_dir.h>
#include <jobs/builtin.h>
#include <jobs/registry.h>

namespace belfry {

struct Ground {
  BootId boot;
  api::ProcessFacts process;
  std::unique_ptr<ZoneCache> zones;
  std::unique_ptr<Registry> callables;
  std::shared_ptr<std::atomic<HistoryPruner*>> pruner;  // of `history.prune`: null until there is a ledger
  FileWatch watch;
  FileWatch zone_watch;
  StateDir state;
  Configuration configuration;
  Configuration::Reading found;  // what begin() found
  Signals signals;
  Loop loop;
  Alarm alarm;
};

// REQUIRES: no other thread yet. Errors: those of run_daemon.
Result<Ground> prepare(const DaemonOptions& options, const ServiceManager& manager);

// The command line wins over the file, which wins over what is usual.
std::string listen_address(const DaemonOptions& options, const config::DaemonSettings& file);

// A variable of this process.
std::optional<std::string> environment(const char* name);

}  // namespace belfry
