// Port: the launcher. It starts attempts, reports what becomes of them, and after a restart of the daemon finds
// out what became of those it left behind.
//
// All reports are inputs to the core, handed to the sink given at construction, on the daemon's thread:
// AttemptStarted, AttemptProgressed, AttemptEnded, AttemptStartFailed, AttemptLost, AttemptNeverExecuted. For each
// attempt handed to start(): first at most one AttemptStarted, then any number of AttemptProgressed, but few in a
// second, then exactly one of Ended, StartFailed, Lost. Nothing after that.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <belfry/job.h>
#include <belfry/run.h>

namespace belfry {

// The action executes: its process exists and has passed exec (`only_if` may be asked first, in that process). Also
// reported for an attempt that was found running after a restart (adoption).
struct AttemptStarted {
  AttemptId id;
  WallTime at;
};

// The action has said how far it is. Not every word of it is passed on, but always the last one.
struct AttemptProgressed {
  AttemptId id;
  Progress progress;
};

// The action's main process is over. Whatever it left behind does not hold this up (S27).
struct AttemptEnded {
  AttemptId id;
  ProcessEnd end;
  Usage usage;
  WallTime started;
  WallTime finished;
  // Why it ended, where that is not the job's own doing: by_request, superseded, deadline and shutdown as StopOrder
  // said, and then its whole tree is gone; timeout or deadline as StartOrder said; condition: `only_if` said no, the
  // action never executed, and `end` is the condition's; oom: the kernel killed of its tree for want of memory.
  Reason reason = Reason::none;
  std::string detail;  // for a person: what else is worth knowing, such as output that is not kept
  std::string result;  // what the action left as its result (BELFRY_RESULT); at most result_bytes_max
};

// The action never executed, and this attempt never will. `detail` says exactly why (S29): the call, the path, errno.
struct AttemptStartFailed {
  AttemptId id;
  std::string detail;
  Reason reason = Reason::none;  // of the StopOrder that came before it executed, or `deadline`
};

// What became of it cannot be known.
struct AttemptLost {
  AttemptId id;
  Reason reason = Reason::reboot;
};

// Only from recover(): the recorded start never executed and never can. The core starts the same attempt again
// under a new launch number.
struct AttemptNeverExecuted {
  AttemptId id;
};

using Report = std::variant<AttemptStarted, AttemptProgressed, AttemptEnded, AttemptStartFailed, AttemptLost,
                            AttemptNeverExecuted>;

// Everything a launcher needs to start one attempt.
struct StartOrder {
  AttemptId id;
  std::shared_ptr<const Job> job;  // the definition it runs under; later edits do not reach it
  Run run;
  std::optional<WallTime> previous_success;
  std::optional<Millis> time_limit;       // from now on: what is left of the timeout or of the deadline
  Reason limit_reason = Reason::timeout;  // which of them it is
};

// An attempt is to end: stop signal to its tree, grace, kill. Its end is reported as of any other, with this reason.
struct StopOrder {
  AttemptId id;
  Reason reason = Reason::by_request;
};

class Launcher {
 public:
  virtual ~Launcher() = default;

  // In a moment start() is given this order: what can be made ready before may be. Nobody may see anything of it yet.
  virtual void expect(const StartOrder& /*order*/) {}

  // Begins an attempt; never blocks for long. REQUIRES: the ledger has recorded this attempt and launch, durably.
  virtual void start(const StartOrder& order) = 0;

  // Begins to stop an attempt; does not wait. An attempt that is over, or unknown, is passed over.
  virtual void stop(const StopOrder& order) = 0;

  // Resolves the attempts that the ledger holds open, before any decision is made after a restart: each of them is
  // reported (or, found running, reported as started and watched from now on) before the call returns.
  // REQUIRES: called once, before the first start(). GUARANTEES: idempotent; a death inside it changes nothing.
  virtual void recover(const std::vector<Run>& open_runs) = 0;
};

}  // namespace belfry
