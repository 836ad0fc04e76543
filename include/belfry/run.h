// Runs: one decision to execute a job, and its record (S31).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <belfry/names.h>
#include <belfry/outcome.h>
#include <belfry/params.h>

namespace belfry {

// How a process ended, as the kernel said it.
struct ProcessEnd {
  enum class How { exited, signalled };
  How how = How::exited;
  int code = 0;  // the exit code, or the signal's number
  bool operator==(const ProcessEnd&) const = default;
};

// What held an attempt's processes together, so that all of them could be found and ended.
enum class Containment {
  unknown,  // it never had a process, or the record is of an older version
  session,  // a child subreaper: what leaves the process group is found once its parents are dead
  cgroup,   // a control group of its own: nothing leaves it
};

// What an attempt used, and what it left.
struct Usage {
  std::chrono::microseconds cpu_user{};
  std::chrono::microseconds cpu_system{};
  std::int64_t memory_peak_bytes = 0;
  std::int64_t output_bytes = 0;          // written, kept or not
  std::int64_t output_dropped_bytes = 0;  // of these, not kept: beyond the bound, or the disk was full
  std::int64_t leftovers = 0;             // processes that outlived the main one
  Containment containment = Containment::unknown;
  bool operator==(const Usage&) const = default;
};

// How far an attempt says that it is.
struct Progress {
  int percent = 0;      // 0 to 100
  std::string message;  // for a person; may be empty
  WallTime at;          // when it said so

  static constexpr std::size_t message_bytes_max = 200;

  bool operator==(const Progress&) const = default;
};

// A run's result is a short text or document, not its output: a number, a path, some JSON.
inline constexpr std::size_t result_bytes_max = 16U << 10U;

// Everything that is known of a run. While it is open `outcome` is empty and `state` counts; once it is closed,
// `outcome` is set, never changes, and `state` means nothing. The ledger's row, the API's object and the core's
// bookkeeping are all this one struct.
struct Run {
  RunId id;
  JobName job;
  std::optional<Slot> slot;         // none: it is not for a slot of the schedule
  std::optional<WallTime> nominal;  // the time it is for: the slot's, or the one that was asked for
  RunTrigger trigger = RunTrigger::schedule;
  std::optional<RunId> cause;  // after, retry: the run it follows. Closed as superseded: the run that took its place
  SharedText cause_job;        // after: the job of that run
  std::string requested_by;    // for manual, api, backfill and retry: who, as the daemon saw them ("uid 1000")
  std::string key;             // of the request, if it had one: the same key is the same run (I15)
  bool is_unique = false;      // a request that equals its own, in job and parameters, is this run
  Params params;               // what its action is told
  SharedText revision;         // the configuration it was decided under

  std::uint64_t sequence = 0;   // counts the ledger's runs; ids are made from it
  std::int64_t stands_for = 1;  // slots this run speaks for: itself, and those coalesced into it (S18)
  std::uint32_t attempt = 1;
  std::uint32_t launch = 1;
  std::uint32_t uncounted = 0;  // attempts that do not count against `retry.max`: asked for by exit 75, or reruns
  BootId boot;                  // the boot in which the attempt was recorded

  SharedText queue;  // where it waits for its turn
  int priority = 0;
  bool ignores_overlap = false;        // whoever asked for it wants it beside what runs
  std::optional<WallTime> not_before;  // queued, waiting: when its time comes, as far as the wall clock can say

  Reason stop = Reason::none;  // it was told to stop: by_request, superseded, deadline, shutdown
  std::string stop_by;         // by whom

  RunState state = RunState::starting;
  std::optional<RunOutcome> outcome;
  Reason reason = Reason::none;
  std::string detail;  // start_failed: the call and errno, for a person

  WallTime opened;                  // when it was decided
  WallTime due;                     // the slot with its jitter, or the instant of the request
  std::optional<WallTime> started;  // the process executes
  std::optional<WallTime> finished;
  std::optional<ProcessEnd> end;
  Usage usage;
  std::optional<Progress> progress;  // of this attempt, as it said last
  std::string result;                // of an attempt that has ended; byte-exact

  bool is_open() const { return !outcome.has_value(); }
  AttemptId attempt_id() const { return {id, attempt, launch}; }
  // How late it started: never negative.
  std::optional<Millis> lateness() const {
    if (!started) return std::nullopt;
    return *started > due ? *started - due : Millis{0};
  }
};

}  // namespace belfry
