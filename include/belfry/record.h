// Records: what the core wants remembered. All records that one turn decided travel in one Batch, and a Batch is
// one transaction: the ledger holds all of it or nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <belfry/names.h>
#include <belfry/outcome.h>
#include <belfry/run.h>
#include <belfry/schedule.h>

namespace belfry {

// What the ledger remembers of a job beyond its runs. Written when the job is first seen and when its definition
// changes. Inserts or overwrites by name, but never touches the mark.
struct JobSeen {
  JobName job;
  WallTime first_seen;   // of the name; kept across changes
  WallTime counts_from;  // no slot at or before this instant is ever owed (S19): first sight, last change, ...
  Era era{};
  std::string schedule_normal_form;
};

// A job that the configuration no longer names. Its runs and slots stay; a later JobSeen brings it back.
struct JobRemoved {
  JobName job;
};

// A decision to run. One row: the run with its first attempt, open. If it has a slot, the slot's outcome is `ran`
// and the job's mark moves to it. (job, era, slot) is unique: a second RunOpened for the same slot is refused by
// the ledger itself, whatever the core believes.
struct RunOpened {
  Run run;
};

// The same attempt gets a new launch number, because the earlier launch provably never executed.
struct RunRelaunched {
  RunId run;
  std::uint32_t launch = 1;
  BootId boot;
};

// The run is over. Carries the whole run; what RunOpened wrote must still agree.
struct RunClosed {
  Run run;
};

// Slots that got no run of their own, a stretch of any length in one row. The job's mark moves to `slots.last`
// of era `era` unless it is further already.
struct SlotsDecided {
  JobName job;
  Era era{};
  Stretch slots;
  SlotOutcome outcome = SlotOutcome::skipped;
  Reason reason = Reason::none;
  std::optional<RunId> cause;  // skipped(overlap): the run that was in the way; coalesced: the run that speaks
  std::string detail;          // skipped(excluded): "excluded by calendar de-holidays"
};

using Record = std::variant<JobSeen, JobRemoved, RunOpened, RunRelaunched, RunClosed, SlotsDecided>;

// Numbered from 1 without gaps over the ledger's whole life. A batch may be offered again when its fate is
// unknown; a ledger that already holds it answers `ok` and changes nothing.
enum class BatchId : std::uint64_t {};

struct Batch {
  BatchId id{};
  std::vector<Record> records;
};

// What the ledger knows of one job at start.
struct JobMemory {
  JobSeen seen;
  bool removed = false;                      // a JobRemoved came after the last JobSeen
  std::optional<Slot> mark;                  // the newest slot with a durable outcome (high-water mark)
  std::optional<Run> last;                   // the newest run that is closed, for the view
  std::optional<WallTime> previous_success;  // `due` of the newest run that succeeded
};

// The core's state as read back from the ledger: all it needs to go on, and nothing that grows with history.
struct Snapshot {
  std::uint64_t identity = 0;       // the ledger's own, made once when it was created
  BatchId last_batch{};             // 0: none yet
  std::uint64_t last_sequence = 0;  // of Run::sequence
  std::vector<JobMemory> jobs;      // ordered by name
  std::vector<Run> open_runs;       // ordered by sequence
};

}  // namespace belfry
