// What follows when the daemon has taken a request for a run: its id and leave, or stay until it is over.
#pragma once

#include <string>

#include <belfry/error.h>

#include <cli/context.h>
#include <cli/daemon_link.h>

namespace belfry::cli {

struct WatchOptions {
  bool waits = false;
  bool follows = false;  // what it writes; waits too
};

void add_watch_options(CLI::App& command, WatchOptions& options);

// `accepted` is the API's object of the run. Gives the exit code: waited for, the job's own.
Result<int> watch_accepted(const Context& context, const DaemonLink& daemon, const std::string& accepted,
                           const WatchOptions& options);

}  // namespace belfry::cli
