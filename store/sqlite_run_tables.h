// What became of slots and runs: how the records that say so change the tables runs, attempts and slots, and with them
// a job's mark and newest success.
#pragma once

#include <vector>

#include <belfry/record.h>

#include <store/sqlite.h>

namespace belfry::sqlite {

class RunTables {
 public:
  // REQUIRES: the connection outlives what is made here.
  static Result<RunTables> prepare(Connection& db);

  // REQUIRES: a transaction is open. An error: the record contradicts the ledger, or could not be written; the
  // transaction must not be committed.
  void begin(BatchId batch);  // what is applied from now on is of this batch
  // A start like most others may wait for the next ones, because several of them in one statement take two thirds of
  // the time. REQUIRES: it stays where it is until flush(), which comes before anything else is applied or committed.
  Result<void> apply(const RunOpened& opened);
  Result<void> flush() { return starts_.empty() ? Result<void>{} : write_starts(); }
  Result<void> apply(const RunChanged& changed);
  Result<void> apply(const AttemptClosed& attempt);
  Result<void> apply(const RunClosed& closed);
  Result<void> apply(const SlotsDecided& decided);

 private:
  Result<void> open(const Run& run);
  Result<void> write_starts();
  Result<void> count_output(const Run& run);
  Result<void> move_mark(const JobName& job, Slot to);

  BatchId batch_{};
  std::vector<const Run*> starts_;  // that wait
  Statement open_plain_run_;
  Statement open_plain_runs_;
  Statement open_run_;
  Statement note_key_;
  Statement change_run_;
  Statement close_run_;
  Statement close_attempt_;
  Statement extend_slots_;
  Statement add_slots_;
  Statement move_mark_;
  Statement note_success_;
  Statement note_failure_;
  Statement count_output_;
};

}  // namespace belfry::sqlite
