// Runs: one decision to execute a job, and its record (S31).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <belfry/names.h>
#include <belfry/outcome.h>

namespace belfry {

// How a process ended, as the kernel said it.
struct ProcessEnd {
  enum class How { exited, signalled };
  How how = How::exited;
  int code = 0;  // the exit code, or the signal's number
  bool operator==(const ProcessEnd&) const = default;
};

// What a process used.
struct Usage {
  std::chrono::microseconds cpu_user{};
  std::chrono::microseconds cpu_system{};
  std::int64_t memory_peak_bytes = 0;
  std::int64_t output_bytes = 0;
  bool operator==(const Usage&) const = default;
};

// Everything that is known of a run. While it is open `outcome` is empty and `state` counts; once it is closed,
// `outcome` is set, never changes, and `state` means nothing. The ledger's row, the API's object and the core's
// bookkeeping are all this one struct.
struct Run {
  RunId id;
  JobName job;
  std::optional<Slot> slot;  // none: somebody asked for it
  RunTrigger trigger = RunTrigger::schedule;
  std::string requested_by;  // for manual and api: who, as the daemon saw them ("uid 1000")
  std::string revision;      // the configuration it was decided under

  std::uint64_t sequence = 0;   // counts the ledger's runs; ids are made from it
  std::int64_t stands_for = 1;  // slots this run speaks for: itself, and those coalesced into it (S18)
  std::uint32_t attempt = 1;
  std::uint32_t launch = 1;
  BootId boot;  // the boot in which the attempt was recorded

  RunState state = RunState::starting;
  std::optional<RunOutcome> outcome;
  Reason reason = Reason::none;
  std::string detail;  // start_failed: the call and errno, for a person

  WallTime due;                     // the slot, or the instant of the request
  std::optional<WallTime> started;  // the process executes
  std::optional<WallTime> finished;
  std::optional<ProcessEnd> end;
  Usage usage;

  bool is_open() const { return !outcome.has_value(); }
  AttemptId attempt_id() const { return {id, attempt, launch}; }
  // How late it started: never negative.
  std::optional<Millis> lateness() const {
    if (!started) return std::nullopt;
    return *started > due ? *started - due : Millis{0};
  }
};

}  // namespace belfry
