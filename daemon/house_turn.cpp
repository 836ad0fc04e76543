// How the house is kept, turn by turn, until it is left.
#include <algorithm>
#include <utility>

#include <base/log.h>
#include <base/memory.h>
#include <base/try.h>
#include <base/words.h>
#include <daemon/house.h>
#include <daemon/launched.h>

namespace belfry {

namespace {

// F12
void tell_of_memory(MemoryNews news) {
  if (news == MemoryNews::ran_out) {
    log::error("there was no memory left: what asked for much of it was refused. Look at the limits of this process");
  }
  if (news == MemoryNews::is_back) log::info("there is memory again");
}

// S33: jobs are left running; the next daemon takes them over.
std::string what_goes_on(std::size_t executing) {
  if (executing == 0) return "";
  return "; " + counted(executing, "run goes on", "runs go on") + ", and the next daemon takes over";
}

}  // namespace

// What the daemon executes itself cannot be left to the next one: it is told to return, and has its grace time (S33).
bool House::may_leave() {
  if (!departure_.may_leave(clock_.read().boot, turn_->view().is_quiet())) return false;
  if (departure_.is_urgent()) return true;
  // A ledger that does not accept will not hear of it; the next daemon says that this one ended without a word.
  const bool will_be_recorded = turn_->view().ledger_trouble().empty();
  if (turn_->holds_back() || (will_be_recorded && !turn_->view().is_handed_over())) return false;
  if (!std::exchange(calls_are_told_, true)) launchers_->callables().leave();
  return launchers_->callables().is_idle();
}

Result<void> House::run() {
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
  log::info("stopping" + what_goes_on(launched(turn_->view().open_runs()).size()));
  return {};
}

Result<void> House::turn(const Now& now) {
  take_requests(now);
  // An answer given outside of dispatch() makes no descriptor readable; see api/server.h.
  if (server_->timeout() == Millis{0}) server_->dispatch();
  TRY(turn_->take(now, {.ledger = ledger_->writer(),
                        .launcher = launchers_->launcher(),
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
  give_sign(now.boot);
  ledger_->retention().take_turn(now.boot);
  tell_of_memory(renew_memory_reserve());
  return {};
}

// Of files and signals.
void House::take_requests(const Now& now) {
  if (ground_.watch.take_change(now.boot)) reload_asked_ = true;
  if (std::exchange(reload_asked_, false)) {
    // What is wrong is in the log.
    reloads_->ask(api::ReloadHow::apply, std::exchange(who_asked_, ""), [](const api::ReloadResult&) {});
  }
  if (ground_.zone_watch.take_change(now.boot)) reloads_->renew_zones();
  if (std::exchange(stop_asked_, false)) begin_to_leave(now);
}

void House::begin_to_leave(const Now& now) {
  using Occasion = Departure::Occasion;
  const auto told = departure_.ask(now.boot, machine_goes_down_ ? Occasion::machine : Occasion::service);
  if (!told) return;
  manager_.tell_stopping();
  turn_->submit(*told);
  note({.at = now.wall,
        .kind = EventKind::daemon_stopped,
        .who = std::exchange(who_asked_, ""),
        .detail = machine_goes_down_ ? "the machine goes down" : ""});
}

void House::tell_manager(BootTime now) {
  if (!manager_.is_there()) return;
  if (departure_.is_asked()) manager_.ask_for_time(now);
  if (status_.take_change()) manager_.show(status_.text(turn_->view(), ground_.configuration.trouble()));
  manager_.take_turn(now);
}

// The file is looked at every half minute, so the loop turns often enough.
void House::give_sign(BootTime now) {
  constexpr std::chrono::minutes sign_every{1};
  if (now < sign_is_due_) return;
  ground_.state.give_sign();
  sign_is_due_ = now + sign_every;
}

Millis House::sleep_limit() {
  if (turn_->is_owed()) return Millis{0};
  const BootTime now = clock_.read().boot;
  Millis limit =
      std::min({ground_.watch.wakes_in(now), ground_.zone_watch.wakes_in(now), ledger_->retention().wakes_in(now)});
  const auto patience = calls_are_told_ ? std::nullopt : departure_.patience_left(now);
  for (const auto wish : {server_->timeout(), patience, manager_.wakes_in(now)}) {
    if (wish) limit = std::min(limit, *wish);
  }
  return limit;
}

}  // namespace belfry
