// Port: the store. It keeps the ledger: the durable record of slots, runs and attempts.
//
// Two halves, because they live on different threads. A Store is the writing half: one owner, one thread, one
// transaction at a time. A History is a reading half: as many as wanted, each used by one thread, each seeing what
// is committed. Every implementation passes one contract suite (tests/contract/store).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/error.h>
#include <belfry/record.h>
#include <belfry/retention.h>

namespace belfry {

enum class Verdict {
  ok,       // all of it is durable: it survives a power cut
  failed,   // none of it is in the ledger
  unknown,  // nobody can say; offer the same batch again
};

struct CommitAnswer {
  BatchId batch{};
  Verdict verdict = Verdict::failed;
  std::string why;  // for a person; empty when ok
};

// What one step of pruning did away with, for good. The files of these runs are for the caller to remove.
struct Pruned {
  std::vector<RunId> runs;     // not in the ledger any more
  std::vector<RunId> outputs;  // the record stays, the output is to go
  bool more = false;           // there may be more to prune: take another step
};

class Store {
 public:
  virtual ~Store() = default;

  // What the core needs to go on, as of the last commit. Called before the first one.
  virtual Result<Snapshot> load() = 0;

  // Makes a batch durable, all or nothing, and returns only then (S2).
  // REQUIRES: batch.id is one above the last that was ok, or is that one again (answered ok, nothing is changed).
  // GUARANTEES: a second RunOpened for a (job, era, slot) is refused: the whole batch has failed.
  virtual CommitAnswer commit(const Batch& batch) = 0;

  // Work of its own that can wait, such as moving what is committed to its final place. The owner calls it when no
  // batch is waiting. An error is for the log: no promise depends on it.
  virtual Result<void> tidy() { return {}; }

  // Forgets the oldest of what is beyond `keep`, in a small transaction of its own: a step takes no longer than a
  // commit does, and the owner takes the next one when no batch is waiting. From SlotAccount::pruned_upto on the
  // history of a job is whole, whatever was pruned.
  virtual Result<Pruned> prune(const Keep& keep, WallTime now) = 0;
};

// Which runs, newest first: in the falling order of their sequence, whatever the clock did. All that is asked for must
// hold.
struct RunQuery {
  enum class Which {
    any,
    open,
    failed,  // is_failure(outcome)
  };
  std::optional<JobName> job;
  Which which = Which::any;
  std::optional<RunState> state;  // of open runs
  std::optional<RunOutcome> outcome;
  std::optional<WallTime> since;  // ends before the first of these runs that was opened earlier
  std::optional<RunId> before;    // only runs older than this one: the cursor of a page. Not in the ledger: not_found
  std::size_t limit = 100;        // REQUIRES: 1 to limit_max
  static constexpr std::size_t limit_max = 1000;
};

// Which slots without a run of their own, those decided last first.
struct SlotQuery {
  std::optional<JobName> job;
  std::size_t limit = 100;
};

// Which events, those recorded last first.
struct EventQuery {
  std::optional<JobName> job;  // those of this job, and those that concern all of them
  std::optional<EventKind> kind;
  std::optional<WallTime> since;  // both ends included
  std::optional<WallTime> until;
  std::optional<std::uint64_t> before;  // only those with a smaller number: the cursor of a page
  std::size_t limit = 100;
};

// A stretch of one job's slots, both ends included, of every era.
struct SlotRange {
  JobName job;
  WallTime first;
  WallTime last;
  std::size_t limit = 1000;
};

// What the ledger says of a job's slots, as the audit needs it (scheduler/audit.h): every slot of the schedule after
// seen.counts_from, up to the mark, has one outcome here, and nothing else stands here.
struct SlotAccount {
  JobSeen seen;                     // counts_from: where this account begins, however much earlier the job's own is
  std::optional<Slot> mark;         // where it ends
  std::optional<Slot> pruned_upto;  // what came up to here is not whole in the ledger any more
  std::vector<Slot> run_slots;
  std::vector<SlotsDecided> decided;
};

class History {
 public:
  virtual ~History() = default;

  virtual Result<std::vector<Run>> runs(const RunQuery& query) = 0;

  // The runs whose id begins with `prefix` (of the 26 characters, either case): at most `limit`, by id.
  // Two or more mean that the prefix is ambiguous.
  virtual Result<std::vector<Run>> runs_by_prefix(std::string_view prefix, std::size_t limit) = 0;

  // The attempts of a run before its present or last one, oldest first: each as the run was at the attempt's end. What
  // is not an attempt's own (its queue, its cause, ...) is as the run has it now. A run that is unknown has none.
  virtual Result<std::vector<Run>> attempts(const RunId& run) = 0;

  virtual Result<std::vector<SlotsDecided>> slots(const SlotQuery& query) = 0;

  // What became of the slots in a range: those that have a run, and those that have none; a stretch that begins or ends
  // outside is given whole. Both newest slot first, and of the same instant the newer era; at most `limit` of each.
  virtual Result<std::vector<Run>> runs_of_slots(const SlotRange& range) = 0;
  virtual Result<std::vector<SlotsDecided>> slots_decided(const SlotRange& range) = 0;

  // The account of a job's present era and definition, as far as it lies in the range; `limit` does not count. A
  // stretch that the range cuts is left out, and the account begins or ends beside it. not_found: the ledger never saw
  // the job.
  virtual Result<SlotAccount> account(const SlotRange& range) = 0;

  virtual Result<std::vector<Event>> events(const EventQuery& query) = 0;
};

}  // namespace belfry
