#include <algorithm>
#include <bit>
#include <utility>

#include <base/params.h>
#include <base/text.h>
#include <base/try.h>
#include <store/sqlite_checksums.h>
#include <store/sqlite_rows.h>
#include <store/sqlite_snapshot.h>

namespace belfry::sqlite {

namespace {

constexpr std::string_view all_jobs =
    "SELECT name, first_seen, counts_from, era, enabled, schedule, removed, mark_era, mark, success_due, "
    "standings.job, "
    "paused_since, paused_until, paused_by, pause_reason, skip_next, runs_started, failures_in_row, causes, anchor, "
    "startup_boot FROM jobs LEFT JOIN standings ON job = name ORDER BY name";

Result<std::vector<JobName>> read_causes(const std::string& text) {
  std::vector<JobName> causes;
  for (const auto name : split(text, ' ')) {
    if (!name.empty()) causes.push_back(TRY(JobName::parse(name)));
  }
  return causes;
}

std::optional<Pause> read_pause(Rows& row) {
  const auto since = read_time_or_null(row);
  Pause pause{.until = read_time_or_null(row), .by = row.text(), .reason = row.text()};
  if (!since) return std::nullopt;
  pause.since = *since;
  return pause;
}

// The columns of `standings`, all NULL where the job has no row there.
Result<std::optional<JobStanding>> read_standing(const JobName& job, Rows& row) {
  if (!row.text_or_null()) return std::nullopt;
  JobStanding standing{.job = job};
  standing.pause = read_pause(row);
  standing.skip_next = static_cast<std::uint32_t>(row.integer());
  standing.runs_started = row.integer();
  standing.failures_in_row = static_cast<std::uint32_t>(row.integer());
  standing.causes = TRY(read_causes(row.text()));
  standing.anchor = read_time_or_null(row);
  if (auto boot = row.text_or_null()) standing.startup_boot = BootId{std::move(*boot)};
  return standing;
}

Result<JobMemory> read_job(Rows& row) {
  JobMemory job{.seen = TRY(read_job_seen(row))};
  job.removed = row.integer() != 0;
  job.mark = read_slot_or_null(row);
  job.previous_success = read_time_or_null(row);
  job.standing = TRY(read_standing(job.seen.job, row));
  return job;
}

Result<std::vector<JobMemory>> read_jobs(Connection& db) {
  Statement select = TRY(db.prepare(all_jobs, "read the jobs"));
  std::vector<JobMemory> jobs;
  Rows rows = select.query();
  while (TRY(rows.next())) jobs.push_back(TRY(read_job(rows)));
  return jobs;
}

Result<std::vector<Run>> read_open_runs(Connection& db) {
  Statement select = TRY(
      db.prepare("SELECT " + run_selection + " FROM runs INDEXED BY runs_open WHERE outcome IS NULL ORDER BY sequence",
                 "read the open runs"));
  std::vector<Run> runs;
  Rows rows = select.query();
  while (TRY(rows.next())) runs.push_back(TRY(read_run(rows)));
  return runs;
}

Result<void> read_last_runs(Connection& db, std::vector<JobMemory>& jobs) {
  Statement select = TRY(db.prepare("SELECT " + run_selection +
                                        " FROM runs INDEXED BY runs_closed_by_job "
                                        "WHERE job = ?1 AND outcome IS NOT NULL ORDER BY sequence DESC LIMIT 1",
                                    "read the last runs"));
  for (auto& job : jobs) {
    Rows rows = select.query(job.seen.job.text());
    if (TRY(rows.next())) job.last = TRY(read_run(rows));
  }
  return {};
}

Result<std::vector<Backfill>> read_backfills(Connection& db) {
  Statement select = TRY(db.prepare("SELECT id, job, reached, upto, requested_by, params FROM backfills ORDER BY id",
                                    "read the backfills"));
  std::vector<Backfill> backfills;
  Rows rows = select.query();
  while (TRY(rows.next())) {
    const auto id = static_cast<std::uint64_t>(rows.integer());
    Backfill backfill{.id = id, .job = TRY(read_job_name(rows))};
    backfill.reached = wall_time(rows.integer());
    backfill.upto = wall_time(rows.integer());
    backfill.requested_by = rows.text();
    backfill.params = decode_params(rows.text());
    backfills.push_back(std::move(backfill));
  }
  return backfills;
}

Result<void> read_requests(Connection& db, Snapshot& snapshot) {
  Statement select =
      TRY(db.prepare("SELECT id, key, is_unique, job, params FROM keyed_runs CROSS JOIN runs ON sequence = run "
                     "ORDER BY run DESC LIMIT ?1",
                     "read the requests"));
  Rows rows = select.query(Snapshot::keys_max);
  while (TRY(rows.next())) {
    const RunId run = TRY(read_run_id(rows));
    std::string key = rows.text();
    const bool is_unique = rows.integer() != 0;
    const JobName job = TRY(read_job_name(rows));
    if (!key.empty()) snapshot.keys.push_back({.key = std::move(key), .run = run});
    if (is_unique) snapshot.requests.push_back({.job = job, .params = decode_params(rows.text()), .run = run});
  }
  std::ranges::reverse(snapshot.keys);
  std::ranges::reverse(snapshot.requests);
  return {};
}

Result<std::optional<IntervalTime>> read_interval_time(Connection& db) {
  Statement select = TRY(db.prepare("SELECT at, boot, boot_id FROM interval_time", "read the interval time"));
  Rows rows = select.query();
  if (!TRY(rows.next())) return std::nullopt;
  IntervalTime time{.at = wall_time(rows.integer())};
  time.boot = BootTime{Millis{rows.integer()}};
  time.boot_id = BootId{rows.text()};
  return time;
}

// A run that is open has not moved its job's mark in the table yet.
void complete_marks(std::vector<JobMemory>& jobs, const std::vector<Run>& open_runs) {
  for (const auto& run : open_runs) {
    const auto job = std::ranges::lower_bound(jobs, run.job, {}, [](const JobMemory& j) { return j.seen.job; });
    if (job != jobs.end() && job->seen.job == run.job) job->mark = std::max(job->mark, run.slot);
  }
}

// Small tables, all of whose rows are read: checked as a whole. Runs are checked one by one.
Result<void> check_rows(Connection& db) {
  for (const CheckedTable* table : {&kv_table, &jobs_table, &standings_table, &backfills_table, &interval_time_table}) {
    if (const auto damaged = TRY(find_damaged_row(db, *table))) {
      return std::unexpected(Error::failed("the ledger's record " + *damaged + " is damaged"));
    }
  }
  return {};
}

}  // namespace

const std::string_view last_batch_question =
    "SELECT max((SELECT value FROM kv WHERE key = 'last_batch'), "
    "coalesce((SELECT batch FROM runs ORDER BY sequence DESC LIMIT 1), 0))";

Result<Snapshot> read_snapshot(Connection& db) {
  TRY(check_rows(db));
  const auto identity = TRY(db.ask_integer("SELECT value FROM kv WHERE key = 'identity'", "read the identity"));
  const auto batch = TRY(db.ask_integer(last_batch_question, "read the last batch's number"));
  const auto sequence = TRY(db.ask_integer("SELECT coalesce(max(sequence), 0) FROM runs", "read the last sequence"));
  Snapshot snapshot{.identity = std::bit_cast<std::uint64_t>(identity),
                    .last_batch = static_cast<BatchId>(batch),
                    .last_sequence = static_cast<std::uint64_t>(sequence)};
  snapshot.jobs = TRY(read_jobs(db));
  snapshot.open_runs = TRY(read_open_runs(db));
  complete_marks(snapshot.jobs, snapshot.open_runs);
  TRY(read_last_runs(db, snapshot.jobs));
  snapshot.backfills = TRY(read_backfills(db));
  TRY(read_requests(db, snapshot));
  snapshot.interval_time = TRY(read_interval_time(db));
  return snapshot;
}

}  // namespace belfry::sqlite
