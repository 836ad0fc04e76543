// The daemon's loop, and who stands around it. What happens comes in by descriptors, and each becomes an input of the
// core; a turn lets the core decide, once, and hands on what it decided:
//
//   Signals, FileWatch --- Reloads ----.                      .---> Ledger      what is to be remembered
//   Ledger        it is durable -------+--- inputs -> Turn ---+---> Launchers   what is to start and to stop
//   Launchers     it began, it ended --+                      +---> FrontDesk   answers to whoever asked
//   api::Server   somebody asks -------'                      `---> api::Server, log, ServiceManager: what happened
//
// Ground is what must be there before any of them. house.cpp opens it all, house_turn.cpp goes round.
//
// THREADS: one. Ledger, Reloads and the callables have threads of their own, and are heard of by descriptors too.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <belfry/time.h>

#include <api/backend.h>
#include <api/server.h>
#include <daemon/clock.h>
#include <daemon/clock_doubt.h>
#include <daemon/departure.h>
#include <daemon/descriptor_budget.h>
#include <daemon/front_desk.h>
#include <daemon/ground.h>
#include <daemon/idle_guard.h>
#include <daemon/launchers.h>
#include <daemon/ledger.h>
#include <daemon/reloads.h>
#include <daemon/service_manager.h>
#include <daemon/status_line.h>
#include <daemon/turn.h>

namespace belfry {

// Members go the other way round than they stand: first nobody is answered any more, then the ledger finishes what it
// was given, which the turn's core has lent it, last the state directory is free.
class House {
 public:
  House(Ground ground, ServiceManager manager);

  // Before anything is decided by the time.
  Result<ClockWait> wait_for_clock();

  // Opens the ledger and resolves what an earlier daemon left behind; then people may connect.
  Result<void> open(api::Server::Options listen);

  // Turns until it is told to stop.
  Result<void> run();

  // Threads that cannot be made to end are still at work: the process must end without waiting for them.
  bool has_stuck_calls() const {
    return launchers_ && !(launchers_->callables().is_idle() && launchers_->callables().stuck() == 0);
  }

 private:
  std::string as_what() const;
  void note_what_was_found();
  Result<void> open_core();
  Result<void> open_reloads();
  Result<void> open_doors(api::Server::Options listen);
  Result<void> watch_all();
  Result<void> turn(const Now& now);
  bool may_leave();
  void look_at_wishes();
  void take_requests(const Now& now);
  void begin_to_leave(const Now& now);
  void note(Event event) { turn_->submit(EventNoted{std::move(event)}); }
  void tell_manager(BootTime now);
  void give_sign(BootTime now);
  Millis sleep_limit();

  Ground ground_;
  const DescriptorBudget descriptors_ = share_descriptors(descriptor_limit());
  SystemClock clock_;
  std::optional<Turn> turn_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Launchers> launchers_;
  std::vector<api::Warning> warnings_;  // wishes of jobs that cannot be met here
  std::optional<FrontDesk> desk_;
  std::unique_ptr<api::Server> server_;
  std::unique_ptr<Reloads> reloads_;
  bool reload_asked_ = false;
  std::string who_asked_;  // to reload, or to stop
  bool config_read_ = false;
  bool stop_asked_ = false;
  bool alarm_went_off_ = false;
  IdleGuard idle_guard_;
  BootTime sign_is_due_{};       // of life
  bool calls_are_told_ = false;  // to return, because the daemon leaves
  bool machine_goes_down_;
  ServiceManager manager_;
  StatusLine status_;
  Departure departure_;
};

}  // namespace belfry
