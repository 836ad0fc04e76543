// Events: what happened to the daemon, and to jobs beside their runs and slots. The ledger keeps them for people who
// ask what went on here while they were away; nothing is decided by them.
//
// An event is written in the batch of the decision that it tells of. Those that the core does not decide come to it as
// EventNoted, and are recorded like everything else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <belfry/names.h>
#include <belfry/time.h>

namespace belfry {

enum class EventKind {
  daemon_started,      // since: when an earlier one was there for the last time
  daemon_stopped,      // it was told to
  daemon_killed,       // it ended without a word; `at` is its last sign of life
  config_loaded,       // came into force
  config_refused,      // the jobs stayed as they were
  job_changed,         // in the file: added, edited or removed
  job_paused,          // until: when it ends by itself
  job_resumed,         // by somebody, before its pause was over
  skip_requested,      // of the job's next slots
  run_lost,            // nobody can know how it ended
  clock_set,           // by a person or a program, not by slewing
  machine_slept,       // since .. at
  ledger_unavailable,  // since .. at: nothing could be recorded, so nothing was started
  ledger_recovered,    // it was damaged; since: what happened from then on is not known
};

struct Event {
  std::uint64_t number = 0;  // grows; the ledger gives it
  WallTime at;               // of what lasted: its end
  EventKind kind{};
  std::optional<WallTime> since;
  std::optional<WallTime> until;
  std::optional<JobName> job;  // none: it concerns all of them
  std::optional<RunId> run;
  std::string who;     // asked for it; empty: nobody did
  std::string detail;  // in words
};

std::string_view text(EventKind kind);
std::optional<EventKind> event_kind_from(std::string_view word);

}  // namespace belfry
