// Records: what the core wants remembered. All records that one turn decided travel in one Batch, and a Batch is
// one transaction: the ledger holds all of it or nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <belfry/event.h>
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
  bool enabled = true;
  std::string schedule_normal_form;
};

// A pause: the schedule starts nothing until it ends.
struct Pause {
  WallTime since;
  std::optional<WallTime> until;  // none: until somebody resumes the job
  std::string by;
  std::string reason;
  bool operator==(const Pause&) const = default;
};

// Where a job stands beyond its slots. Most jobs never need one of these; absent means all of it is as it is here.
// Overwrites by name.
struct JobStanding {
  JobName job;
  std::optional<Pause> pause;
  std::uint32_t skip_next = 0;         // slots that somebody asked to leave out
  std::int64_t runs_started = 0;       // of the schedule; counted for jobs with `max_runs`
  std::uint32_t failures_in_row = 0;   // counted for jobs with `pause_after_failures`
  std::vector<JobName> causes;         // `after`: those that have done their part since this job's last run
  std::optional<WallTime> anchor;      // `measured_from`: what the next slot is measured from
  std::optional<BootId> startup_boot;  // `@reboot`: the boot that was served
};

// The job goes by another name from now on: everything the ledger holds under `from` stands under `to` (S35).
struct JobRenamed {
  JobName from;
  JobName to;
};

// Somebody asked for the slots of a stretch of the past, each to run, one at a time. Those slots have their
// outcomes already, or lie before the job was first seen; the runs carry their times and are no slots.
struct Backfill {
  std::uint64_t id = 0;  // taken from the runs' sequence, so it is unique
  JobName job;
  WallTime reached;  // the newest slot that was started
  WallTime upto;
  std::string requested_by;
  Params params;  // of each of its runs
};

// A backfill began or went on. Overwrites by id.
struct BackfillMoved {
  Backfill backfill;
};
struct BackfillEnded {
  std::uint64_t id = 0;
};

// Interval time is ahead of the wall clock: somebody set that back (S8).
struct IntervalTime {
  WallTime at;
  BootTime boot;
  BootId boot_id;
};

// A job that the configuration no longer names. Its runs and slots stay; a later JobSeen brings it back.
struct JobRemoved {
  JobName job;
};

// A decision to run. One row: the run with its first attempt, open: starting, or queued. If it has a slot, the slot's
// outcome is `ran` and the job's mark moves to it. (job, era, slot) is unique: a second RunOpened for the same slot is
// refused by the ledger itself, whatever the core believes.
struct RunOpened {
  Run run;
};

// An open run has moved on: it got its turn, a new attempt, or the same attempt a new launch number because the earlier
// launch provably never executed; it waits for its next attempt; it was told to stop. Carries the whole run.
struct RunChanged {
  Run run;
};

// One attempt of several is over, and the run is not. Carries the run as it was at the end of the attempt.
struct AttemptClosed {
  Run run;
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

using Record = std::variant<JobSeen, JobStanding, JobRenamed, JobRemoved, RunOpened, RunChanged, AttemptClosed,
                            RunClosed, SlotsDecided, BackfillMoved, BackfillEnded, IntervalTime, Event>;

// Numbered from 1 without gaps over the ledger's whole life. A batch may be offered again when its fate is
// unknown; a ledger that already holds it answers `ok` and changes nothing.
enum class BatchId : std::uint64_t {};

struct Batch {
  BatchId id{};
  std::vector<JobSeen> seen;  // as records, before the others; apart, because a first configuration has many
  std::vector<Record> records;
};

// What the ledger knows of one job at start.
struct JobMemory {
  JobSeen seen;
  std::optional<JobStanding> standing;
  bool removed = false;                      // a JobRemoved came after the last JobSeen
  std::optional<Slot> mark;                  // the newest slot with a durable outcome (high-water mark)
  std::optional<Run> last;                   // the newest run that is closed, for the view
  std::optional<WallTime> previous_success;  // `due` of the newest run that succeeded
};

// A request that carried a key, and the run it made.
struct KeptKey {
  std::string key;
  RunId run;
};

// A request that was to be one with those that equal it (`unique:`), and the run it made.
struct KeptRequest {
  JobName job;
  Params params;
  RunId run;
};

// The core's state as read back from the ledger: all it needs to go on, and nothing that grows with history.
struct Snapshot {
  std::uint64_t identity = 0;       // the ledger's own, made once when it was created
  BatchId last_batch{};             // 0: none yet
  std::uint64_t last_sequence = 0;  // of Run::sequence
  std::vector<JobMemory> jobs;      // ordered by name
  std::vector<Run> open_runs;       // ordered by sequence
  std::vector<Backfill> backfills;  // ordered by id
  // Of the newest `keys_max` runs that had a key or were unique, oldest first.
  std::vector<KeptKey> keys;
  std::vector<KeptRequest> requests;
  std::optional<IntervalTime> interval_time;

  static constexpr std::size_t keys_max = 10'000;
};

}  // namespace belfry
