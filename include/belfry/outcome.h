// What became of a slot, and what became of a run. Every word here is the same in YAML, JSON, SQL and on screen.
//
// A slot and a run are not the same thing. A slot is an instant at which a job was due; it ends in exactly one
// SlotOutcome (S1). If that is `ran`, there is a run, and the run ends in exactly one RunOutcome. A run that
// somebody asked for by hand has no slot.
#pragma once

#include <optional>
#include <string_view>

namespace belfry {

enum class SlotOutcome {
  ran,        // see the run
  skipped,    // a rule said no; the reason says which
  coalesced,  // a newer slot of the same job speaks for it
  missed,     // nobody was there to start it, and it is too old now
};

enum class RunOutcome {
  succeeded,     // exit 0
  failed,        // an exit code or a signal
  timed_out,     // a limit ended it; the reason says which
  start_failed,  // the action never executed; the detail names the call and errno
  lost,          // the truth cannot be known: power cut, minder killed
  cancelled,     // somebody asked for it
  skipped,       // when its turn came a rule said no; the reason says which. The action never executed
};

// The job did not do what it was to do, and nobody wanted it so.
constexpr bool is_failure(RunOutcome outcome) {
  return outcome == RunOutcome::failed || outcome == RunOutcome::timed_out || outcome == RunOutcome::start_failed ||
         outcome == RunOutcome::lost;
}

// While a run is open.
enum class RunState {
  queued,    // waits for its turn
  starting,  // decided and being recorded or launched
  running,   // the job's process executes
  waiting,   // an attempt failed, and the next one has its time
};

// Why a slot or a run ended as it did, where the outcome alone does not say.
enum class Reason {
  none,
  overlap,             // skipped: an earlier run of the job was still open; `cause` names it
  paused,              // skipped: the detail says by whom and why
  disabled,            // skipped: `enabled: false`
  excluded,            // skipped: a calendar excludes the day; the detail says which
  condition,           // skipped: `only_if` said no
  queue_full,          // skipped, or a request was refused: as many wait as may
  max_runs,            // skipped: it ran as often as it was to
  on_request,          // skipped: somebody asked for it
  superseded,          // a newer run of the job took its place
  circuit_breaker,     // skipped: the job was started more often than its schedule can explain
  down,                // missed: the daemon did not run, or the machine was stopped
  suspended,           // missed: the machine slept
  clock,               // missed: the clock was set past it
  late_limit,          // missed: older than the policy lets count
  cap,                 // missed: there were newer ones, as many as are caught up with
  schedule_changed,    // missed: the job's schedule was edited before anybody could start it
  job_removed,         // cancelled, or skipped: the configuration no longer names the job
  reboot,              // lost: the machine went down
  minder_killed,       // lost: the minder died without a record
  daemon_died,         // lost: the daemon, which executed it in its own process, ended
  oom,                 // failed: the kernel killed it, or a part of it, for want of memory
  timeout,             // timed_out: one attempt took too long
  deadline,            // timed_out: the run with all its attempts took too long
  by_request,          // cancelled: a person or a program asked
  shutdown,            // cancelled: the daemon was told to take its jobs along
  ledger_unavailable,  // missed, or a request was refused: it could not have been recorded
};

// What asked for a run.
enum class RunTrigger {
  schedule,  // its slot came
  catch_up,  // its slot came while nobody was there
  manual,    // a person on the command line
  api,       // a program
  after,     // the job it comes after has ended; `cause` names that run
  startup,   // the daemon, or the machine, has started
  backfill,  // somebody asked for the slots of a stretch of the past
  retry,     // somebody asked for a closed run to be tried again; `cause` names it
};

std::string_view text(SlotOutcome value);
std::string_view text(RunOutcome value);
std::string_view text(RunState value);
std::string_view text(Reason value);
std::string_view text(RunTrigger value);

// The way back, for the ledger. Empty for a word that is not in the table.
std::optional<SlotOutcome> slot_outcome_from(std::string_view word);
std::optional<RunOutcome> run_outcome_from(std::string_view word);
std::optional<RunState> run_state_from(std::string_view word);
std::optional<Reason> reason_from(std::string_view word);
std::optional<RunTrigger> run_trigger_from(std::string_view word);

}  // namespace belfry
