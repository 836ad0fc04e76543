// The ledger in memory, both halves in one object: the same contract without a file. For tests and for the simulation;
// what it holds goes with it.
//
// THREADS: any; the two halves may be used from different ones.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <tuple>
#include <vector>

#include <belfry/store.h>

namespace belfry {

class MemoryStore : public Store, public History {
 public:
  explicit MemoryStore(std::uint64_t identity) : identity_(identity) {}

  Result<Snapshot> load() override;
  CommitAnswer commit(const Batch& batch) override;
  Result<Pruned> prune(const Keep& keep, WallTime now) override;

  Result<std::vector<Run>> runs(const RunQuery& query) override;
  Result<std::vector<Run>> runs_by_prefix(std::string_view prefix, std::size_t limit) override;
  Result<std::vector<Run>> attempts(const RunId& run) override;
  Result<std::vector<SlotsDecided>> slots(const SlotQuery& query) override;
  Result<std::vector<Run>> runs_of_slots(const SlotRange& range) override;
  Result<std::vector<SlotsDecided>> slots_decided(const SlotRange& range) override;
  Result<SlotAccount> account(const SlotRange& range) override;
  Result<std::vector<Event>> events(const EventQuery& query) override;

 private:
  using Sequence = std::uint64_t;
  struct Known {
    JobSeen seen;
    std::optional<JobStanding> standing;
    bool removed = false;
    std::optional<Slot> mark;   // of closed runs and decided slots; open runs come in addition
    Sequence last_success = 0;  // 0: none
    std::optional<WallTime> last_success_due;
    std::optional<Slot> pruned_upto;
  };

  // memory_pruning.cpp
  void prune_jobs(const Keep& keep, WallTime cutoff, Pruned& pruned);
  std::vector<std::size_t> closed_runs_of_jobs() const;
  void prune_runs(Known& known, const Keep& keep, WallTime cutoff, Pruned& pruned);
  void prune_slots(Known& known, const Keep& keep, WallTime cutoff);
  void prune_output(const Keep& keep, Pruned& pruned);
  void prune_events(const Keep& keep, WallTime cutoff);
  std::int64_t output_of(const Run& run) const;
  void forget(const Run& run);

  std::optional<Slot> mark_of(const Known& known) const;

  // memory_history.cpp
  std::vector<const Run*> runs_in(const SlotRange& range) const;
  std::vector<const SlotsDecided*> decided_in(const SlotRange& range) const;

  class Transaction;  // memory_transaction.h

  const std::uint64_t identity_;
  mutable std::mutex mutex_;  // guards what follows
  BatchId last_batch_{};
  std::map<JobName, Known> jobs_;
  std::map<Sequence, Run> runs_;
  std::set<Sequence> open_;
  struct Asked {
    KeptKey kept;
    const Run* unique = nullptr;  // of runs_, whose entries stay where they are. Null: it has only a key
  };
  std::map<Sequence, Asked> asked_for_;  // runs that had a key or were unique
  std::map<JobName, Sequence> last_closed_;
  std::map<RunId, Sequence> by_id_;
  std::set<std::pair<JobName, Slot>> started_slots_;
  std::vector<SlotsDecided> slots_;
  std::vector<Event> events_;
  std::map<std::pair<Sequence, std::uint32_t>, Run> attempts_;  // closed attempts of runs that went on
  std::map<std::uint64_t, Backfill> backfills_;
  std::optional<IntervalTime> interval_time_;
  Sequence output_pruned_upto_ = 0;
};

}  // namespace belfry
