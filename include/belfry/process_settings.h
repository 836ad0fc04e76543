// Process settings: as whom, within which bounds and with which manners a job's process runs, and how it is ended.
// Plain values; only the launcher reads them. Jobs that have the same settings share one object.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <belfry/time.h>

namespace belfry {

// What becomes of processes that outlive the main one (S27).
enum class Leftovers {
  kill,   // stop signal, 2 s, SIGKILL
  wait,   // the run's end does not wait for them, but their output is kept until they end by themselves
  leave,  // nobody looks after them any more
};

// How its reads and writes queue up beside those of others.
enum class IoPriority { idle, low, normal, high };

// Each absent: no bound. memory, cpus and pids are of the whole tree and need a cgroup of its own; where there is none,
// the run's record says that they were not in force.
struct ProcessLimits {
  std::optional<std::int64_t> memory;  // bytes
  std::optional<double> cpus;          // of one processor's time: 1.5 is one and a half
  std::optional<std::int64_t> pids;
  std::optional<std::int64_t> open_files;  // of each process
  std::optional<int> nice;                 // -20 to 19
  std::optional<IoPriority> io;
  bool operator==(const ProcessLimits&) const = default;
};

struct ProcessSettings {
  std::string user;   // empty: the daemon's. A name, or a number that the user database need not know
  std::string group;  // empty: the user's
  unsigned umask = 022;
  std::string env_file;                               // empty: none. NAME=VALUE lines; `env` wins over them
  std::optional<std::string> stdin_text;              // none: /dev/null
  std::int64_t output_max = std::int64_t{10} << 20U;  // bytes kept of both streams; beyond it the head and the tail
  bool output_to_journal = false;                     // beside what is kept: each line as an entry of systemd's journal
  Leftovers leftovers = Leftovers::kill;
  int stop_signal = 15;                                 // SIGTERM
  Millis stop_grace_period = std::chrono::seconds{10};  // from the stop signal to SIGKILL; 0: SIGKILL at once
  Millis start_deadline = std::chrono::seconds{60};     // how long a machine without room for processes is asked again
  ProcessLimits limits;
  std::string only_if;  // empty: none. A script for sh -eu; where it fails the action does not execute
  bool operator==(const ProcessSettings&) const = default;
};

// The settings of a job that says nothing of them; one object for all.
inline const std::shared_ptr<const ProcessSettings>& default_process_settings() {
  static const auto settings = std::make_shared<const ProcessSettings>();
  return settings;
}

}  // namespace belfry
