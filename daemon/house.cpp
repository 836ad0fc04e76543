// How the house is opened.
#include <unistd.h>

#include <algorithm>
#include <utility>

#include <base/log.h>
#include <base/memory.h>
#include <base/try.h>
#include <base/version.h>
#include <base/words.h>
#include <daemon/chronicle.h>
#include <daemon/house.h>
#include <daemon/launched.h>
#include <daemon/unmet_wishes.h>
#include <triggers/normal_form.h>

namespace belfry {

namespace {

bool is_process_one() { return ::getpid() == 1; }

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

}  // namespace

House::House(Ground ground, ServiceManager manager)
    : ground_(std::move(ground)),
      machine_goes_down_(is_process_one()),
      manager_(std::move(manager)),
      departure_(departure_policy(ground_)) {}

Result<ClockWait> House::wait_for_clock() {
  return belfry::wait_for_clock(
      {.clock = clock_, .alarm = ground_.alarm, .signals = ground_.signals, .manager = manager_},
      {.built = built_on(), .written = newest_change(ground_.state.ledger_path())},
      ground_.configuration.daemon().wait_for_clock);
}

Result<void> House::open(api::Server::Options listen) {
  const std::string socket = listen.socket_path;
  manager_.show("opens the ledger, and looks after what an earlier daemon left running");
  manager_.take_turn(clock_.read().boot);
  TRY(open_core());
  TRY(open_reloads());
  TRY(open_doors(std::move(listen)));
  TRY(watch_all());
  manager_.tell_ready();
  TRY(turn(clock_.read()));
  give_back_free_memory();  // of the file and its tree
  if (!ground_.configuration.trouble().empty()) {
    log::error("degraded: the file has errors, so the configuration that was accepted last is in force:\n" +
               ground_.configuration.trouble());
  }
  log::info("belfry " + std::string(version()) + " is ready: " + counted(turn_->view().job_count(), "job") + " from " +
            ground_.configuration.path() + ", state in " + ground_.state.path() + ", listening on " + socket);
  return {};
}

// "belfry 0.1.0, 12 jobs of /etc/belfry/schedules.yaml, revision 3f2a"
std::string House::as_what() const {
  const Configuration& configuration = ground_.configuration;
  return "belfry " + std::string(version()) + ", " + counted(configuration.jobs()->jobs.size(), "job") + " of " +
         configuration.path() + ", revision " + configuration.jobs()->revision.str() +
         (configuration.trouble().empty() ? "" : "; the file has errors, and this is what was accepted last");
}

// Edits of which no daemon has heard.
void House::note_what_was_found() {
  const Configuration::Reading found = std::exchange(ground_.found, {});
  const ReadingTold told{.at = clock_.read().wall, .who = "the start of the daemon", .trouble_before = ""};
  for (Event& event : events_of_reading(found, told)) note(std::move(event));
}

// The core goes on from what the ledger remembers, and is told what became of the attempts that an earlier daemon left
// open before it decides anything.
Result<void> House::open_core() {
  const config::DaemonSettings& settings = ground_.configuration.daemon();
  const auto last_sign = std::max(newest_change(ground_.state.ledger_path()), ground_.state.earlier_sign());
  Ledger::Opened opened = TRY(Ledger::open({.path = ground_.state.ledger_path(),
                                            .runs_path = ground_.state.runs_path(),
                                            .keep = settings.keep,
                                            .now = clock_.read()}));
  // What waits must not be claimed for recovery: it is still to be started.
  const std::vector<Run> left_executing = launched(opened.snapshot.open_runs);
  turn_.emplace(Scheduler({.boot = ground_.boot,
                           .limits = within(descriptors_, settings.limits),
                           .parse_normal_form = reader_of_definitions(*ground_.zones)},
                          std::move(opened.snapshot)));
  ledger_ = std::move(opened.ledger);
  ground_.pruner->store(&ledger_->retention());
  turn_->submit(JobsLoaded{ground_.configuration.jobs()});
  if (opened.damage) note(event_of_damage(*opened.damage, clock_.read().wall));
  for (Event& event : events_of_start(predecessor_in(ledger_->history(), last_sign), clock_.read(), as_what())) {
    note(std::move(event));
  }
  note_what_was_found();
  const auto report = [this](Report happened) {
    std::visit([this](auto& one) { turn_->submit(std::move(one)); }, happened);
  };
  launchers_ = TRY(Launchers::open({.state_path = ground_.state.path(),
                                    .runs_path = ground_.state.runs_path(),
                                    .boot = ground_.boot,
                                    .callables = *ground_.callables,
                                    .clock = clock_,
                                    .lines_max = descriptors_.lines,
                                    .report = report}));
  look_at_wishes();
  launchers_->launcher().recover(left_executing);
  return {};
}

// Said again with each configuration that comes into force.
void House::look_at_wishes() {
  warnings_ = unmet_wishes(*ground_.configuration.jobs(), launchers_->machine());
  for (const api::Warning& warning : warnings_) log::warning(warning.what + "; " + warning.cure);
}

Result<void> House::open_reloads() {
  reloads_ = TRY(Reloads::start(
      ground_.configuration,
      {.wall = [this] { return clock_.read().wall; },
       .note = [this](Event event) { note(std::move(event)); },
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

Result<void> House::open_doors(api::Server::Options listen) {
  desk_.emplace(
      FrontDesk::Rooms{.clock = clock_,
                       .view = turn_->view(),
                       .history = ledger_->history(),
                       .reader = ledger_->reader(),
                       .configuration = ground_.configuration,
                       .zones = *ground_.zones,
                       .process = ground_.process,
                       .warnings = warnings_,
                       .reload = [this](api::ReloadHow how, std::string who,
                                        Reloads::Done done) { reloads_->ask(how, std::move(who), std::move(done)); },
                       .check = [this](std::optional<std::string> text,
                                       Reloads::Checked done) { reloads_->check(std::move(text), std::move(done)); },
                       .stuck_calls = [this] { return launchers_->callables().stuck(); },
                       .state_path = ground_.state.path(),
                       .runs_path = ground_.state.runs_path()},
      [this](Input input) { turn_->submit(std::move(input)); });
  listen.connections_max = descriptors_.clients;
  server_ = TRY(api::Server::open(std::move(listen), *desk_));
  return {};
}

Result<void> House::watch_all() {
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
    if (received.stop || received.reload) who_asked_ = received.who;
  }));
  TRY(loop.add(ground_.watch.fd(), [this] { ground_.watch.take_events(clock_.read().boot); }));
  TRY(loop.add(ground_.zone_watch.fd(), [this] { ground_.zone_watch.take_events(clock_.read().boot); }));
  TRY(ledger_->watch(loop, [this](CommitAnswer answer) { turn_->submit(Persisted{std::move(answer)}); }));
  TRY(loop.add(reloads_->fd(), [this] { reloads_->dispatch(); }));
  TRY(launchers_->watch(loop));
  return loop.add(server_->fd(), [this] { server_->dispatch(); });
}

}  // namespace belfry
