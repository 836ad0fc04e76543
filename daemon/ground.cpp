#include <stdlib.h>

#include <base/try.h>
#include <daemon/clock.h>
#include <daemon/ground.h>
#include <daemon/own_process.h>

namespace belfry {

namespace {

// S37: a service acts for its machine, a person in the foreground for himself.
config::Distrust distrust_here(const ServiceManager& manager) {
  return manager.is_there() ? config::Distrust::refuse : config::Distrust::warn;
}

// A file with errors says nothing: then it is the usual one.
std::string state_dir(const DaemonOptions& options, const config::Loaded& loaded) {
  if (options.state_dir) return *options.state_dir;
  return loaded && loaded->daemon.state ? loaded->daemon.state->path : options.usual_state_dir;
}

}  // namespace

// The watch is armed before the file is read, so that no edit is lost in between; signals are blocked before the first
// thread is made.
Result<Ground> prepare(const DaemonOptions& options, const ServiceManager& manager) {
  auto zones = std::make_unique<ZoneCache>();
  auto callables = std::make_unique<Registry>();
  auto pruner = std::make_shared<std::atomic<HistoryPruner*>>();
  add_builtin(*callables, [pruner] { return pruner->load(); });
  auto watch = TRY(FileWatch::open({options.config_path}));
  auto process = this_process();
  Configuration configuration({.path = options.config_path,
                               .language = options.language,
                               .crontab_format = options.crontab_format,
                               .empty = options.empty,
                               .distrust = distrust_here(manager),
                               .only_as = only_account(process),
                               .callables = callables.get()});
  config::Loaded loaded = configuration.read();
  auto state = TRY(StateDir::open(state_dir(options, loaded)));
  auto found = TRY(configuration.begin(std::move(loaded), state.accepted_path(), SystemClock().read().wall));
  watch.follow(configuration.watched(), SystemClock().read().boot);
  auto zone_watch = TRY(FileWatch::open(configuration.zone_files()));
  auto signals = TRY(Signals::open());
  auto loop = TRY(Loop::open());
  auto alarm = TRY(Alarm::open());
  auto boot = TRY(read_boot_id());
  return Ground{.boot = std::move(boot),
                .process = std::move(process),
                .zones = std::move(zones),
                .callables = std::move(callables),
                .pruner = std::move(pruner),
                .watch = std::move(watch),
                .zone_watch = std::move(zone_watch),
                .state = std::move(state),
                .configuration = std::move(configuration),
                .found = std::move(found),
                .signals = std::move(signals),
                .loop = std::move(loop),
                .alarm = std::move(alarm)};
}

std::string listen_address(const DaemonOptions& options, const config::DaemonSettings& file) {
  if (options.listen) return *options.listen;
  return file.listen ? file.listen->address : options.usual_listen;
}

std::optional<std::string> environment(const char* name) {
  const char* const value = ::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace belfry
