// Waiting for a run: until it is over, with or without its output, over restarts of the daemon.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <belfry/error.h>
#include <belfry/run.h>

#include <cli/context.h>
#include <cli/daemon_link.h>
#include <cli/interrupt.h>
#include <cli/progress_bar.h>

namespace belfry::cli {

// What a wait ended with: the closed run as the API's object, or nothing: the person left, or the time was over.
using Waited = Result<std::optional<std::string>>;

// Where it is shown, the bar follows the run's progress.
//
// Asks until the run is over. A daemon that goes away meanwhile leaves the run alone, so it is asked again when it is
// back. `limit`: not longer than that.
Waited wait_for_run(const DaemonLink& daemon, const RunId& run, const Interrupt& interrupt,
                    std::optional<Millis> limit = std::nullopt, ProgressBar* bar = nullptr);

struct LogQuestion {
  std::string stream;                 // "stdout", "stderr"; empty: both
  std::optional<std::uint64_t> tail;  // begin with so many lines; none: with the first byte
};

// Hands on what the run writes, as it writes it, until it is over; then gives the closed run. A daemon that goes away
// meanwhile is asked again for what came after the last byte.
Waited follow_run(const DaemonLink& daemon, const RunId& run, const LogQuestion& question, const Interrupt& interrupt,
                  const std::function<void(std::string_view)>& write, ProgressBar* bar = nullptr);

// "✓ backup: succeeded after 41m12s"
std::string ending_line(const Context& context, const Run& run);

// After Ctrl-C: what goes on, and the commands that look at it and end it. Gives the exit code.
int detach(const Context& context, const RunId& run);

}  // namespace belfry::cli
