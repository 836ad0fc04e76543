// What is remembered of jobs beyond their runs: how the records that say so change the tables jobs, standings,
// backfills and interval_time.
#pragma once

#include <vector>

#include <belfry/record.h>

#include <store/sqlite.h>

namespace belfry::sqlite {

class JobTables {
 public:
  // REQUIRES: the connection outlives what is made here.
  static Result<JobTables> prepare(Connection& db);

  // REQUIRES: a transaction is open. An error: the record contradicts the ledger, or could not be written; the
  // transaction must not be committed.
  Result<void> apply(const JobSeen& seen);
  Result<void> apply(const JobStanding& standing);
  Result<void> apply(const JobRenamed& renamed);
  Result<void> apply(const JobRemoved& removed);
  Result<void> apply(const BackfillMoved& moved);
  Result<void> apply(const BackfillEnded& ended);
  Result<void> apply(const IntervalTime& time);

 private:
  Statement see_job_;
  Statement remove_job_;
  Statement set_standing_;
  Statement rename_job_;
  std::vector<Statement> rename_elsewhere_;
  Statement move_backfill_;
  Statement end_backfill_;
  Statement set_interval_time_;
};

}  // namespace belfry::sqlite
