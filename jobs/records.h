// What stands in a run directory, read and written by the daemon.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <belfry/launcher.h>

#include <base/os.h>
#include <jobs/account.h>
#include <jobs/process.h>

namespace belfry {

// "01J9Z3...Q.1.1": the name of an attempt's run directory, and of no other's.
std::string run_directory_name(const AttemptId& id);
std::string run_directory_path(const std::string& runs_path, const AttemptId& id);

// The part of it that is the job's.
std::string job_directory_path(const std::string& run_directory);
std::optional<AttemptId> attempt_from_directory_name(std::string_view name);

// What a minder is to start, and how.
struct Spec {
  BootId boot;
  std::string cwd;
  std::vector<std::string> argv;
  std::vector<std::string> env;  // NAME=VALUE

  // Handed on in memory, never in a file (S38): variables that have a secret in them, and the secrets.
  std::vector<std::string> secret_env;
  std::vector<std::string> hidden;

  unsigned umask = 022;
  int stop_signal = 15;      // SIGTERM
  Millis stop_grace{10000};  // from there to SIGKILL when the job is to be stopped
  std::optional<Millis> time_limit;
  Reason limit_reason = Reason::timeout;
  Millis start_deadline{0};
  Leftovers leftovers = Leftovers::kill;
  Millis leftovers_grace{2000};  // from the stop signal to SIGKILL for what the main process leaves behind (S27)
  std::int64_t output_max = std::int64_t{10} << 20U;
  std::optional<std::string> input;  // none: /dev/null
  std::string only_if;               // empty: nothing is asked
  std::optional<Account> identity;   // none: the daemon's own
  ProcessLimits limits;
  std::string cgroup;   // in which the attempt gets one of its own; empty: there is none
  std::string journal;  // the socket of the journal that its output also goes to; empty: to none
  std::string job;      // as the journal names it

  // Fewer than these are rounded up: head and ring need some room.
  static constexpr std::int64_t output_max_least = 4096;
};

// Makes the directory of a new launch, with job/, the input and the spec in it. A NUL in an argument or a variable is
// refused: no program can be given one.
Result<void> create_run_directory(const std::string& path, const Spec& spec);

// What is secret of it, in a file that is only in memory: for spawn_minder(). No descriptor: nothing is.
Result<Fd> hold_secrets(const Spec& spec);

// That of a call: with job/, and nothing else in it. It is as the daemon's own user's.
Result<void> create_call_directory(const std::string& path);

// The claim on a run directory: who decided what becomes of this launch.
struct Claim {
  enum class By { minder, recovery };
  By by = By::minder;
  ProcessName minder;
  ProcessName job;                    // pid 0: the start failed before there was a process
  std::optional<WallTime> executing;  // since when the job is past its exec
};

// None: nobody has claimed it yet. An error: it is there but cannot be understood.
Result<std::optional<Claim>> read_claim(const std::string& directory);

// Claims the directory for recovery: then nothing will ever execute there. False: somebody has claimed it before.
// Creates the directory if there is none yet.
Result<bool> claim_for_recovery(const std::string& directory, const BootId& boot);

// How the launch ended, if that is on record.
struct ExitRecord {
  // What kept it from executing: `only_if`, or somebody who asked for it to be stopped.
  struct NotExecuted {
    enum class By { condition, stop };
    By by = By::stop;
    int exit_code = 0;  // of the condition
  };

  std::variant<ProcessEnd, std::string, NotExecuted> end;  // a text: why it could not execute (S29)
  Usage usage;
  WallTime started;
  WallTime finished;
  bool by_request = false;
  Reason limit = Reason::none;  // timeout, deadline: it has ended the job
  std::int64_t oom_kills = 0;
  std::string unlimited;    // limits that were not in force: "memory pids"
  int truncated_errno = 0;  // why output could not be written; 0: it could
  bool complete = true;     // false: what the main process left behind is still being dealt with
};

// None: there is none. An error: whether there is one cannot be told now, for want of descriptors for example.
Result<std::optional<ExitRecord>> look_for_exit_record(const std::string& directory);

// For those to whom it is the same.
std::optional<ExitRecord> read_exit_record(const std::string& directory);

// Whether some minder lives: it holds the lock until it is dead. Obtaining the lock proves the opposite.
enum class LockState { held, obtained };
Result<LockState> try_lock(const std::string& directory, Fd& lock);

}  // namespace belfry
