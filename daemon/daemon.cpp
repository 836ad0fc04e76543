#include <grp.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>

#include <belfry/scheduler.h>

#include <api/server.h>
#include <api/unix_socket.h>
#include <base/log.h>
#include <base/mailbox.h>
#include <base/memory.h>
#include <base/os.h>
#include <base/try.h>
#include <base/version.h>
#include <daemon/alarm.h>
#include <daemon/clock.h>
#include <daemon/clock_doubt.h>
#include <daemon/configuration.h>
#include <daemon/daemon.h>
#include <daemon/departure.h>
#include <daemon/descriptor_budget.h>
#include <daemon/file_watch.h>
#include <daemon/front_desk.h>
#include <daemon/idle_guard.h>
#include <daemon/inherited_socket.h>
#include <daemon/loop.h>
#include <daemon/reader.h>
#include <daemon/reloads.h>
#include <daemon/retention.h>
#include <daemon/service_manager.h>
#include <daemon/signals.h>
#include <daemon/state_dir.h>
#include <daemon/status_line.h>
#include <daemon/turn.h>
#include <daemon/unmet_wishes.h>
#include <jobs/account.h>
#include <jobs/action_launcher.h>
#include <jobs/builtin.h>
#include <jobs/launcher.h>
#include <jobs/probe.h>
#include <jobs/registry.h>
#include <jobs/spawn.h>
#include <store/sqlite_history.h>
#include <store/sqlite_recovery.h>
#include <store/writer.h>
#include <triggers/normal_form.h>

namespace belfry {

namespace {

// S33: jobs are left running; the next daemon takes them over.
std::string what_goes_on(std::size_t open_runs) {
  if (open_runs == 0) return "";
  return "; " + std::to_string(open_runs) + (open_runs == 1 ? " run goes on" : " runs go on") +
         ", and the next daemon takes over";
}

// What needs nothing of the other rooms.
struct Ground {
  BootId boot;
  std::unique_ptr<ZoneCache> zones;
  std::unique_ptr<Registry> callables;
  std::shared_ptr<std::atomic<HistoryPruner*>> pruner;  // of `history.prune`: null until there is a ledger
  FileWatch watch;
  FileWatch zone_watch;
  StateDir state;
  Configuration configuration;
  Signals signals;
  Loop loop;
  Alarm alarm;
};

std::optional<std::string> environment(const char* name) {
  const char* const value = ::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

// S37: a service acts for its machine, a person in the foreground for himself.
config::Distrust distrust_here(const ServiceManager& manager) {
  return manager.is_there() ? config::Distrust::refuse : config::Distrust::warn;
}

// Root may start jobs as anybody.
std::optional<config::OwnAccount> only_account() {
  if (::geteuid() == 0) return std::nullopt;
  const group* const entry = ::getgrgid(::getegid());
  const std::string gid = std::to_string(::getegid());
  return config::OwnAccount{.user = own_account().name,
                            .uid = std::to_string(::geteuid()),
                            .group = entry == nullptr ? gid : entry->gr_name,
                            .gid = gid};
}

bool is_process_one() { return ::getpid() == 1; }

// The command line wins over the file. A file with errors says nothing: then it is the usual one.
std::string state_dir(const DaemonOptions& options, const config::Loaded& loaded) {
  if (options.state_dir) return *options.state_dir;
  return loaded && loaded->daemon.state ? loaded->daemon.state->path : options.usual_state_dir;
}

std::string listen_address(const DaemonOptions& options, const config::DaemonSettings& file) {
  if (options.listen) return *options.listen;
  return file.listen ? file.listen->address : options.usual_listen;
}

// The watch is armed before the file is read, so that no edit is lost in between; signals are blocked before the first
// thread is made.
Result<Ground> prepare(const DaemonOptions& options, const ServiceManager& manager) {
  auto zones = std::make_unique<ZoneCache>();
  auto callables = std::make_unique<Registry>();
  auto pruner = std::make_shared<std::atomic<HistoryPruner*>>();
  add_builtin(*callables, [pruner] { return pruner->load(); });
  auto watch = TRY(FileWatch::open({options.config_path}));
  Configuration configuration({.path = options.config_path,
                               .language = options.language,
                               .crontab_format = options.crontab_format,
                               .empty = options.empty,
                               .distrust = distrust_here(manager),
                               .only_as = only_account(),
                               .callables = callables.get()});
  config::Loaded loaded = configuration.read();
  auto state = TRY(StateDir::open(state_dir(options, loaded)));
  TRY(configuration.begin(std::move(loaded), state.accepted_path()));
  watch.follow(configuration.watched(), SystemClock().read().boot);
  auto zone_watch = TRY(FileWatch::open(configuration.zone_files()));
  auto signals = TRY(Signals::open());
  auto loop = TRY(Loop::open());
  auto alarm = TRY(Alarm::open());
  auto boot = TRY(read_boot_id());
  return Ground{.boot = std::move(boot),
                .zones = std::move(zones),
                .callables = std::move(callables),
                .pruner = std::move(pruner),
                .watch = std::move(watch),
                .zone_watch = std::move(zone_watch),
                .state = std::move(state),
                .configuration = std::move(configuration),
                .signals = std::move(signals),
                .loop = std::move(loop),
                .alarm = std::move(alarm)};
}

// S33
Departure::Policy departure_policy(const Ground& ground) {
  const auto& on_stop = ground.configuration.daemon().on_stop;
  return {.what = on_stop.what, .patience = on_stop.wait};
}

// S19: of a definition that was edited while nobody was there the ledger has the normal form.
std::function<std::optional<Schedule>(const std::string&)> reader_of_definitions(ZoneCache& zones) {
  return [&zones](const std::string& form) -> std::optional<Schedule> {
    auto schedule = read_normal_form(form, [&zones](std::string_view name) { return zones.find(name); });
    if (schedule) return *std::move(schedule);
    log::warning("slots that came under the schedule '" + form +
                 "', which is no longer in the file, are not counted: " + schedule.error().what);
    return std::nullopt;
  };
}

// Members stand in the order in which they are made. They go the other way round: first nobody is answered any more,
// then the ledger finishes what it was given, last the state directory is free.
class Daemon {
 public:
  Daemon(Ground ground, EventCounter answered, ServiceManager manager)
      : ground_(std::move(ground)),
        answers_(std::move(answered)),
        manager_(std::move(manager)),
        departure_(departure_policy(ground_)) {}

  // Before anything is decided by the time.
  Result<ClockWait> wait_for_clock();

  // Opens the ledger and resolves what an earlier daemon left behind; then people may connect.
  Result<void> open(api::Server::Options listen);

  // Turns until it is told to stop.
  Result<void> run();

  // Threads that cannot be made to end are still at work: the process must end without waiting for them.
  bool has_stuck_calls() const { return callables_ && !(callables_->is_idle() && callables_->stuck() == 0); }

 private:
  Result<void> open_ledger_and_core();
  Result<void> open_launcher();
  Result<void> watch_all();
  Result<void> turn(const Now& now);
  bool may_leave();
  void look_at_wishes();
  Result<void> open_reloads();
  void begin_to_leave(const Now& now);
  void tell_manager(BootTime now);
  std::optional<Millis> sleep_limit();

  Ground ground_;
  const DescriptorBudget descriptors_ = share_descriptors(descriptor_limit());
  SystemClock clock_;
  Mailbox<CommitAnswer> answers_;
  std::unique_ptr<History> history_;
  std::unique_ptr<Reader> reader_;
  std::vector<Run> left_open_;
  std::optional<Turn> turn_;
  std::unique_ptr<Writer> writer_;  // works on batches that the turn's core has lent it
  std::optional<Retention> retention_;
  std::unique_ptr<CommandLauncher> commands_;
  std::unique_ptr<CallableLauncher> callables_;
  std::optional<ActionLauncher> launcher_;
  std::vector<api::Warning> warnings_;
  std::optional<FrontDesk> desk_;
  std::unique_ptr<api::Server> server_;
  std::unique_ptr<Reloads> reloads_;
  bool reload_asked_ = false;
  bool config_read_ = false;
  bool stop_asked_ = false;
  bool alarm_went_off_ = false;
  IdleGuard idle_guard_;
  bool calls_are_told_ = false;
  bool machine_goes_down_ = is_process_one();
  ServiceManager manager_;
  StatusLine status_;
  Departure departure_;
};

Result<ClockWait> Daemon::wait_for_clock() {
  return belfry::wait_for_clock(
      {.clock = clock_, .alarm = ground_.alarm, .signals = ground_.signals, .manager = manager_},
      {.built = built_on(), .written = newest_change(ground_.state.ledger_path())},
      ground_.configuration.daemon().wait_for_clock);
}

Result<void> Daemon::open(api::Server::Options listen) {
  const std::string socket = listen.socket_path;
  manager_.show("opens the ledger, and looks after what an earlier daemon left running");
  manager_.take_turn(clock_.read().boot);
  TRY(open_ledger_and_core());
  TRY(open_launcher());
  TRY(open_reloads());
  const auto submit = [this](Input input) { turn_->submit(std::move(input)); };
  desk_.emplace(FrontDesk::Rooms{
                    .clock = clock_,
                    .view = turn_->view(),
                    .history = *history_,
                    .reader = *reader_,
                    .configuration = ground_.configuration,
                    .zones = *ground_.zones,
                    .warnings = warnings_,
                    .reload = [this](api::ReloadHow how, Reloads::Done done) { reloads_->ask(how, std::move(done)); },
                    .stuck_calls = [this] { return callables_->stuck(); },
                    .state_path = ground_.state.path(),
                    .runs_path = ground_.state.runs_path()},
                submit);
  listen.connections_max = descriptors_.clients;
  server_ = TRY(api::Server::open(std::move(listen), *desk_));
  TRY(watch_all());
  manager_.tell_ready();
  TRY(turn(clock_.read()));
  give_back_free_memory();  // of the file and its tree
  if (!ground_.configuration.trouble().empty()) {
    log::error("degraded: the file has errors, so the configuration that was accepted last is in force:\n" +
               ground_.configuration.trouble());
  }
  const auto jobs = turn_->view().job_count();
  log::info("belfry " + std::string(version()) + " is ready: " + std::to_string(jobs) +
            (jobs == 1 ? " job from " : " jobs from ") + ground_.configuration.path() + ", state in " +
            ground_.state.path() + ", listening on " + socket);
  return {};
}

Result<void> Daemon::open_ledger_and_core() {
  OpenedStore opened = TRY(open_or_recover(ground_.state.ledger_path(), clock_.read().wall));
  if (opened.damage) log::error(opened.damage->in_words());
  auto store = std::move(opened.store);
  Snapshot snapshot = TRY(store->load());
  history_ = TRY(SqliteHistory::open(ground_.state.ledger_path()));
  auto long_history = TRY(SqliteHistory::open(ground_.state.ledger_path()));
  reader_ = TRY(Reader::start(std::move(long_history)));
  left_open_ = snapshot.open_runs;
  writer_ =
      std::make_unique<Writer>(std::move(store), [this](CommitAnswer answer) { answers_.put(std::move(answer)); });
  turn_.emplace(Scheduler({.boot = ground_.boot,
                           .limits = within(descriptors_, ground_.configuration.daemon().limits),
                           .parse_normal_form = reader_of_definitions(*ground_.zones)},
                          std::move(snapshot)));
  turn_->submit(JobsLoaded{ground_.configuration.jobs()});
  auto cleaners_history = TRY(SqliteHistory::open(ground_.state.ledger_path()));
  retention_.emplace(
      Retention::Rooms{
          .writer = *writer_, .runs_path = ground_.state.runs_path(), .history = std::move(cleaners_history)},
      ground_.configuration.daemon().keep, clock_.read().boot);
  ground_.pruner->store(&*retention_);
  return {};
}

Result<void> Daemon::open_launcher() {
  const auto report = [this](Report happened) {
    std::visit([this](auto& one) { turn_->submit(std::move(one)); }, happened);
  };
  TRY(probe_file_system(ground_.state.path()));
  const std::string minder = TRY(find_minder_program());
  commands_ = TRY(CommandLauncher::open({.runs_path = ground_.state.runs_path(),
                                         .minder_path = minder,
                                         .boot = ground_.boot,
                                         .cgroups = CgroupHome::of_this_process(),
                                         .clock = clock_,
                                         .report = report}));
  look_at_wishes();
  callables_ = TRY(CallableLauncher::open({.runs_path = ground_.state.runs_path(),
                                           .boot = ground_.boot,
                                           .callables = *ground_.callables,
                                           .clock = clock_,
                                           .crew_clock = std::make_unique<SystemClock>(),
                                           .report = report}));
  launcher_.emplace(*commands_, *callables_);
  launcher_->recover(left_open_);
  left_open_.clear();
  return {};
}

// Said again with each configuration that comes into force.
void Daemon::look_at_wishes() {
  const Machine machine{.cgroups = commands_->cgroup_facts(),
                        .bounds = find_process_bounds(),
                        .has_journal = ::access(Journal::usual_socket, W_OK) == 0};
  warnings_ = unmet_wishes(*ground_.configuration.jobs(), machine);
  for (const api::Warning& warning : warnings_) log::warning(warning.what + "; " + warning.cure);
}

Result<void> Daemon::open_reloads() {
  reloads_ = TRY(Reloads::start(
      ground_.configuration,
      {.wall = [this] { return clock_.read().wall; },
       .in_force =
           [this](std::shared_ptr<const JobSet> jobs) {
             look_at_wishes();
             turn_->submit(JobsLoaded{std::move(jobs)});
           },
       .read =
           [this] {
             config_read_ = true;
             ground_.watch.follow(ground_.configuration.watched(), clock_.read().boot);
           },
       .zones_read = [this] { ground_.zone_watch.follow(ground_.configuration.zone_files(), clock_.read().boot); }}));
  return {};
}

Result<void> Daemon::watch_all() {
  Loop& loop = ground_.loop;
  TRY(loop.add(ground_.alarm.wall_fd(), [this] {
    alarm_went_off_ = true;
    if (ground_.alarm.acknowledge()) log::warning("somebody set the clock");
  }));
  TRY(loop.add(ground_.alarm.boot_fd(), [this] {
    alarm_went_off_ = true;
    ground_.alarm.acknowledge();
  }));
  TRY(loop.add(ground_.signals.fd(), [this] {
    const Signals::Received received = ground_.signals.take();
    stop_asked_ |= received.stop;
    reload_asked_ |= received.reload;
    machine_goes_down_ |= received.machine_goes_down;
  }));
  TRY(loop.add(ground_.watch.fd(), [this] { ground_.watch.take_events(clock_.read().boot); }));
  TRY(loop.add(ground_.zone_watch.fd(), [this] { ground_.zone_watch.take_events(clock_.read().boot); }));
  TRY(loop.add(answers_.fd(), [this] {
    for (CommitAnswer& answer : answers_.take_all()) turn_->submit(Persisted{std::move(answer)});
  }));
  TRY(loop.add(reader_->fd(), [this] { reader_->dispatch(); }));
  TRY(loop.add(reloads_->fd(), [this] { reloads_->dispatch(); }));
  TRY(loop.add(commands_->fd(), [this] { commands_->dispatch(); }));
  TRY(loop.add(callables_->fd(), [this] { callables_->dispatch(); }));
  return loop.add(server_->fd(), [this] { server_->dispatch(); });
}

// What the daemon executes itself cannot be left to the next one: it is told to return, and has its grace time (S33).
bool Daemon::may_leave() {
  if (!departure_.may_leave(clock_.read().boot, turn_->view().is_quiet())) return false;
  if (departure_.is_urgent()) return true;
  if (!std::exchange(calls_are_told_, true)) callables_->leave();
  return callables_->is_idle();
}

Result<void> Daemon::run() {
  while (!may_leave()) {
    TRY(ground_.loop.wait(sleep_limit()));
    // A process that stood still has heard of nothing that happened meanwhile (F25), and would decide by the time
    // alone: skip slots because of runs that ended long ago. So the time is read first, and then what was there by
    // then.
    const Now now = clock_.read();
    TRY(ground_.loop.wait(Millis{0}));
    TRY(turn(now));
    const bool is_alarm = std::exchange(alarm_went_off_, false);
    if (is_alarm && idle_guard_.needs_rest(clock_.read().boot, turn_->was_work())) Loop::rest(Millis{1});
  }
  log::info("stopping" + what_goes_on(turn_->view().open_runs().size()));
  return {};
}

Result<void> Daemon::turn(const Now& now) {
  if (ground_.watch.take_change(now.boot)) reload_asked_ = true;
  if (std::exchange(reload_asked_, false)) {
    reloads_->ask(api::ReloadHow::apply, [](const Result<api::Reloaded>&) {});  // what is wrong is in the log
  }
  if (ground_.zone_watch.take_change(now.boot)) reloads_->renew_zones();
  if (std::exchange(stop_asked_, false)) begin_to_leave(now);
  // An answer given outside of dispatch() makes no descriptor readable; see api/server.h.
  if (server_->timeout() == Millis{0}) server_->dispatch();
  TRY(turn_->take(now, {.ledger = *writer_,
                        .launcher = *launcher_,
                        .desk = *desk_,
                        .api = *server_,
                        .alarm = ground_.alarm,
                        .status = status_}));
  reloads_->drop_old_jobs();
  if (std::exchange(config_read_, false)) {
    server_->config_changed();
    status_.tell_config_read();
  }
  tell_manager(now.boot);
  retention_->take_turn(now.boot);
  return {};
}

void Daemon::begin_to_leave(const Now& now) {
  using Occasion = Departure::Occasion;
  const auto told = departure_.ask(now.boot, machine_goes_down_ ? Occasion::machine : Occasion::service);
  if (!told) return;
  manager_.tell_stopping();
  turn_->submit(*told);
}

void Daemon::tell_manager(BootTime now) {
  if (!manager_.is_there()) return;
  if (departure_.is_asked()) manager_.ask_for_time(now);
  if (status_.take_change()) manager_.show(status_.text(turn_->view(), ground_.configuration.trouble()));
  manager_.take_turn(now);
}

std::optional<Millis> Daemon::sleep_limit() {
  if (turn_->is_owed()) return Millis{0};
  const BootTime now = clock_.read().boot;
  std::optional<Millis> limit =
      std::min({ground_.watch.wakes_in(now), ground_.zone_watch.wakes_in(now), retention_->wakes_in(now)});
  const auto patience = calls_are_told_ ? std::nullopt : departure_.patience_left(now);
  for (const auto wish : {server_->timeout(), patience, manager_.wakes_in(now)}) {
    if (wish) limit = std::min(limit.value_or(*wish), *wish);
  }
  return limit;
}

int exit_code(const Error& error) {
  switch (error.kind) {
    case ErrorKind::bad_input:
      return 78;
    case ErrorKind::busy:
      return 75;
    default:
      return 1;
  }
}

enum class Threads { all_ended, some_stuck };

Result<Threads> run(const DaemonOptions& options) {
  ServiceManager manager = ServiceManager::find(environment);
  if (options.listen) TRY(api::unix_socket_path(*options.listen));  // before anything is opened
  auto inherited = TRY(take_inherited_socket(environment));
  Ground ground = TRY(prepare(options, manager));
  api::Server::Options listen{.socket_path =
                                  TRY(api::unix_socket_path(listen_address(options, ground.configuration.daemon())))};
  if (inherited) listen.listener = *std::move(inherited);
  EventCounter answered = TRY(EventCounter::open());
  Daemon daemon(std::move(ground), std::move(answered), std::move(manager));
  if (TRY(daemon.wait_for_clock()) == ClockWait::stopped) return {};
  TRY(daemon.open(std::move(listen)));
  TRY(daemon.run());
  return daemon.has_stuck_calls() ? Threads::some_stuck : Threads::all_ended;
}

}  // namespace

int run_daemon(const DaemonOptions& options) {
  log::use_form(options.log.value_or(log::usual_form(environment)));
  const auto result = run(options);
  // A thread that goes on must not see the program taken down around it.
  if (result && *result == Threads::some_stuck) std::_Exit(0);
  if (result) return 0;
  std::fprintf(stderr, "belfry: %s\n", result.error().what.c_str());
  return exit_code(result.error());
}

}  // namespace belfry
