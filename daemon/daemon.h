// The daemon: loads the file, opens the ledger, finds what it left behind, and turns until it is told to stop.
#pragma once

#include <optional>
#include <string>

#include <base/log.h>
#include <config/load.h>

namespace belfry {

struct DaemonOptions {
  std::string config_path;
  config::Language language = config::Language::schedules;  // what that file is written in
  std::optional<config::CrontabFormat> crontab_format;      // none: it is guessed
  std::optional<std::string> state_dir;                     // as somebody named it; none: what the file says, else
  std::string usual_state_dir;
  config::EmptyFile empty = config::EmptyFile::refused;  // --allow-empty
  std::optional<std::string> listen;                     // "unix:/run/belfry/belfry.sock"; none: the file, else
  std::string usual_listen;
  std::optional<log::Form> log;  // none: what is usual where stderr leads
};

// Runs in the foreground until SIGTERM or SIGINT; returns the exit code: 0 stopped as asked, 1 something
// could not be done (an unwritable state directory too), 75 another daemon holds the state directory, 78 the file or
// the listen address makes no sense. What is wrong stands on stderr, one clear sentence each.
int run_daemon(const DaemonOptions& options);

}  // namespace belfry
