// The turn: where what happened becomes what is done. Inputs go in at any time; take() lets the core decide, once, and
// hands its actions to the rooms in their order of obligation: persist, start and stop, tell.
//
// Slots are decided a moment before they come, where nothing that may happen until then can make a difference
// (Scheduler::sure_ahead): the core is told the time of the slots, and only what is to be persisted leaves the turn at
// once. What starts, stops and is told is held until the instant; by then the ledger has recorded the starts, and they
// need only be let go. To everybody outside it is as if it had all happened in the instant itself.
#pragma once

#include <belfry/launcher.h>
#include <belfry/scheduler.h>

#include <api/server.h>
#include <daemon/alarm.h>
#include <daemon/core_time.h>
#include <daemon/front_desk.h>
#include <daemon/held_back.h>
#include <daemon/status_line.h>
#include <store/writer.h>

namespace belfry {

// Who carries out what was decided.
struct Hands {
  Writer& ledger;
  Launcher& launcher;
  FrontDesk& desk;
  api::Server& api;
  Alarm& alarm;
  StatusLine& status;
};

class Turn {
 public:
  explicit Turn(Scheduler scheduler) : scheduler_(std::move(scheduler)) {}

  void submit(Input input);

  // An input came after the last take(): the next one is due at once.
  bool is_owed() const { return owed_; }

  Result<void> take(const Now& now, const Hands& hands);

  // Something is decided and recorded that is still held back; not for long.
  bool holds_back() const { return time_.is_ahead(); }

  // The last take() had something to decide or to carry out.
  bool was_work() const { return was_work_; }

  const View& view() const { return scheduler_.view(); }

  // Enough for a thousand starts to be decided and recorded, or for a disk to sync a few.
  static constexpr Millis lead{10};

 private:
  void decide(const Now& now, const Hands& hands);
  void let_go(const Hands& hands);
  Wakeup next_look(const Now& now) const;

  Scheduler scheduler_;
  CoreTime time_;
  Actions actions_;  // kept for its capacity
  HeldBack held_;
  bool owed_ = false;
  bool was_work_ = false;
};

}  // namespace belfry
