// The turn: where what happened becomes what is done. Inputs go in at any time; take() lets the core decide, once, and
// hands its actions to the rooms in their order of obligation: persist, start and stop, tell.
#pragma once

#include <belfry/launcher.h>
#include <belfry/scheduler.h>

#include <api/server.h>
#include <daemon/alarm.h>
#include <daemon/front_desk.h>
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

  // The last take() had something to decide or to carry out.
  bool was_work() const { return was_work_; }

  const View& view() const { return scheduler_.view(); }

 private:
  Scheduler scheduler_;
  Actions actions_;  // kept for its capacity
  bool owed_ = false;
  bool was_work_ = false;
};

}  // namespace belfry
