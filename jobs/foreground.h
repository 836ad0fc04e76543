// Runs one action here and now, without a daemon and without a ledger: the same action, in the same environment, as the
// same user, within the same limits, with the same ladder at its end. What it writes goes where this process writes.
#pragma once

#include <memory>
#include <string>

#include <belfry/callable.h>
#include <belfry/clock.h>
#include <belfry/launcher.h>

namespace belfry {

struct Foreground {
  std::string minder_path;
  std::string runs_path;  // absolute; empty, and this call's alone. Others may pass through it
  BootId boot;
  const Callables& callables;
  Clock& clock;
  std::unique_ptr<Clock> crew_clock;
  int stop_fd = -1;  // readable: somebody wants it to end
};

// The last report of the attempt: AttemptEnded, AttemptStartFailed or AttemptLost. An error: this process cannot do
// what a launcher needs.
Result<Report> run_in_foreground(const StartOrder& order, Foreground foreground);

}  // namespace belfry
