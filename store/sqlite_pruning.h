// Retention: forgets the oldest, a few rows at a time, job after job.
//
// Of each job the oldest runs go first, and with a run every slot up to it; `jobs.pruned_upto` says from where on the
// history of a job is whole. Output is counted as runs close (kv 'output_bytes') and given up in the order of the runs:
// that of all runs up to kv 'output_pruned_upto' is gone, and not counted any more.
//
// A bound on the runs of all jobs together needs two passes: the first counts what each job has left, the second lets
// each keep its fair share. Nothing is counted while the newest and the oldest run are not that far apart.
#pragma once

#include <string>
#include <vector>

#include <belfry/store.h>

#include <store/fair_share.h>
#include <store/sqlite.h>

namespace belfry::sqlite {

class Pruning {
 public:
  // REQUIRES: the connection outlives what is made here.
  static Result<Pruning> prepare(Connection& db);

  // One step of Store::prune(). REQUIRES: a transaction is open.
  Result<Pruned> step(const Keep& keep, WallTime now);

  // The step was not committed: it is to be done again.
  void undo_step();

 private:
  struct Budget;
  struct RunBounds {
    std::int64_t too_many_upto = 0;  // a sequence; 0: there are not too many
    std::int64_t newest = 0;
  };
  struct SlotBounds {
    std::optional<std::int64_t> too_many_upto;  // the first slot of a row
    std::optional<Slot> pruned_upto;
  };
  Result<RunBounds> run_bounds(const std::string& job, std::size_t kept);
  Result<SlotBounds> slot_bounds(const std::string& job, std::size_t kept);
  Result<void> begin_pass(const Keep& keep);
  bool end_pass(const Keep& keep);
  Result<void> count_runs(const std::string& job);
  Result<void> prune_runs(const std::string& job, Budget& budget);
  Result<void> prune_slots(const std::string& job, Budget& budget);
  Result<void> prune_output(const Keep& keep, Budget& budget);
  Result<void> forget_run(std::int64_t sequence);
  Result<void> note_pruned(const std::string& job, const std::optional<Slot>& upto);

  std::string next_job_;       // where this pass goes on; empty: at the first job
  std::size_t runs_kept_ = 0;  // of each job, in this pass
  std::size_t share_ = share_unlimited;
  bool counts_runs_ = false;
  std::vector<std::size_t> counts_;  // of the jobs that this pass is done with

  struct Before {
    std::string next_job;
    std::size_t share = share_unlimited;
    std::vector<std::size_t> counts;
  };
  Before before_;  // this step

  Statement jobs_from_;
  Statement span_of_runs_;
  Statement count_runs_;
  Statement run_bounds_;
  Statement oldest_runs_;
  Statement slot_bound_;
  Statement oldest_slots_;
  Statement move_pruned_upto_;
  std::vector<Statement> forget_run_;
  Statement forget_slots_;
  Statement next_output_;
  Statement output_kept_;
  Statement give_output_up_;
};

}  // namespace belfry::sqlite
