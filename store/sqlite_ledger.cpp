#include <sys/random.h>

#include <algorithm>
#include <bit>
#include <utility>

#include <base/os.h>
#include <base/try.h>
#include <base/verify.h>
#include <store/run_name.h>
#include <store/sqlite_ledger.h>
#include <store/sqlite_rows.h>
#include <store/sqlite_schema.h>

namespace belfry {

using sqlite::Connection;
using sqlite::Rows;
using sqlite::Statement;
using sqlite::stored;

namespace {

struct Statements {
  Statement last_batch;
  Statement set_last_batch;
  Statement see_job;
  Statement remove_job;
  Statement open_run;
  Statement relaunch_run;
  Statement close_run;
  Statement decide_slots;
  Statement move_mark;
  Statement note_success;
};

Result<Statements> prepare_statements(Connection& db) {
  Statements s;
  s.last_batch = TRY(db.prepare("SELECT value FROM kv WHERE key = 'last_batch'", "read the last batch's number"));
  s.set_last_batch =
      TRY(db.prepare("UPDATE kv SET value = ?1 WHERE key = 'last_batch' AND value = ?1 - 1", "number the batch"));
  s.see_job =
      TRY(db.prepare("INSERT INTO jobs (name, first_seen, counts_from, era, schedule) "
                     "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (name) DO UPDATE SET "
                     "first_seen = excluded.first_seen, counts_from = excluded.counts_from, "
                     "era = excluded.era, schedule = excluded.schedule, removed = 0",
                     "record a job"));
  s.remove_job = TRY(db.prepare("UPDATE jobs SET removed = 1 WHERE name = ?1", "remove a job"));
  s.open_run =
      TRY(db.prepare("INSERT INTO runs (sequence, id, job, era, slot, due, trigger, requested_by, "
                     "revision, stands_for, attempt, launch, boot) "
                     "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                     "record a start"));
  s.relaunch_run =
      TRY(db.prepare("UPDATE runs INDEXED BY runs_open SET launch = ?2, boot = ?3 "
                     "WHERE id = ?1 AND launch <= ?2 AND outcome IS NULL",
                     "record a new launch"));
  s.close_run =
      TRY(db.prepare("UPDATE runs SET outcome = ?9, reason = ?10, detail = ?11, started = ?12, "
                     "finished = ?13, exit_code = ?14, signal = ?15, cpu_user_us = ?16, "
                     "cpu_system_us = ?17, memory_peak_bytes = ?18, output_bytes = ?19 "
                     "WHERE sequence = ?1 AND id = ?2 AND job = ?3 AND era IS ?4 AND slot IS ?5 "
                     "AND due = ?6 AND attempt = ?7 AND launch = ?8 AND outcome IS NULL",
                     "record the end of a run"));
  s.decide_slots =
      TRY(db.prepare("INSERT INTO slots (job, era, first, last, count, outcome, reason, cause, detail) "
                     "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                     "record slots"));
  s.move_mark =
      TRY(db.prepare("UPDATE jobs SET mark_era = ?2, mark = ?3 WHERE name = ?1 "
                     "AND (mark_era IS NULL OR (mark_era, mark) < (?2, ?3))",
                     "move a job's mark"));
  s.note_success =
      TRY(db.prepare("UPDATE jobs SET success_run = ?2, success_due = ?3 "
                     "WHERE name = ?1 AND success_run < ?2",
                     "note a job's success"));
  return s;
}

std::optional<std::int64_t> stored_era(const Run& run) {
  return run.slot ? std::optional(stored(run.slot->era)) : std::nullopt;
}

std::optional<std::int64_t> stored_slot(const Run& run) {
  return run.slot ? std::optional(stored(run.slot->at)) : std::nullopt;
}

std::optional<int> code_of(const Run& run, ProcessEnd::How how) {
  return run.end && run.end->how == how ? std::optional(run.end->code) : std::nullopt;
}

Error about(std::string_view subject, Error error) {
  error.what = std::string(subject) + ": " + error.what;
  return error;
}

Result<std::uint64_t> make_identity() {
  std::uint64_t identity = 0;
  if (::getrandom(&identity, sizeof identity, 0) != sizeof identity) {
    return std::unexpected(system_error("getrandom", "for the identity of a new ledger"));
  }
  return identity;
}

Result<void> set_up(Connection& db) {
  const std::string mode = TRY(db.ask_text("PRAGMA journal_mode = WAL", "turn the write-ahead log on"));
  if (mode != "wal") {
    return std::unexpected(Error::failed("the file system cannot hold a write-ahead log (SQLite chose '" + mode +
                                         "'): use a local disk for the state directory"));
  }
  // The cache holds the pages of runs_closed_by_job that many jobs touch in turn.
  TRY(db.execute("PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; PRAGMA trusted_schema = OFF",
                 "set the connection up"));
  TRY(migrate(db, ledger_migrations()));
  Statement add = TRY(db.prepare("INSERT OR IGNORE INTO kv (key, value) VALUES ('identity', ?1), ('last_batch', 0)",
                                 "write the ledger's identity"));
  const std::uint64_t identity = TRY(make_identity());
  TRY(add.run(identity));
  return {};
}

}  // namespace

struct SqliteLedger::State {
  Connection db;  // first: the statements go before it
  Statements statements;

  Result<void> apply(const JobSeen& seen);
  Result<void> apply(const JobRemoved& removed);
  Result<void> apply(const RunOpened& opened);
  Result<void> apply(const RunChanged& changed);
  template <class NotHeld>
  Result<void> apply(const NotHeld&) {
    return std::unexpected(Error::failed("this ledger has no place for such a record"));
  }
  Result<void> apply(const RunClosed& closed);
  Result<void> apply(const SlotsDecided& decided);
  Result<void> move_mark(const JobName& job, Slot to);

  Result<std::vector<JobMemory>> read_jobs();
  Result<std::vector<Run>> read_open_runs();
  Result<void> read_last_runs(std::vector<JobMemory>& jobs);
};

// ---- What each record does --------------------------------------------------------------------------------------

Result<void> SqliteLedger::State::apply(const JobSeen& seen) {
  TRY(statements.see_job.run(seen.job.text(), stored(seen.first_seen), stored(seen.counts_from), stored(seen.era),
                             seen.schedule_normal_form));
  return {};
}

Result<void> SqliteLedger::State::apply(const JobRemoved& removed) {
  TRY(statements.remove_job.run(removed.job.text()));
  return {};
}

Result<void> SqliteLedger::State::apply(const RunOpened& opened) {
  const Run& run = opened.run;
  VERIFY(run.is_open());
  const std::string id = run.id.text();
  auto inserted = statements.open_run.run(run.sequence, id, run.job.text(), stored_era(run), stored_slot(run),
                                          stored(run.due), text(run.trigger), run.requested_by, run.revision.str(),
                                          run.stands_for, run.attempt, run.launch, run.boot.text.str());
  if (!inserted) return std::unexpected(about(name_of(run), std::move(inserted).error()));
  return {};
}

Result<void> SqliteLedger::State::apply(const RunChanged& changed) {
  const Run& run = changed.run;
  const std::string id = run.id.text();
  if (TRY(statements.relaunch_run.run(id, run.launch, run.boot.text.str())) == 1) return {};
  return std::unexpected(Error::failed("run " + id + ": the ledger holds no open run of this id with a launch before " +
                                       std::to_string(run.launch)));
}

Result<void> SqliteLedger::State::apply(const RunClosed& closed) {
  const Run& run = closed.run;
  VERIFY(!run.is_open());
  const std::string id = run.id.text();
  const auto changed = TRY(statements.close_run.run(
      run.sequence, id, run.job.text(), stored_era(run), stored_slot(run), stored(run.due), run.attempt, run.launch,
      text(*run.outcome), text(run.reason), run.detail, stored(run.started), stored(run.finished),
      code_of(run, ProcessEnd::How::exited), code_of(run, ProcessEnd::How::signalled), run.usage.cpu_user.count(),
      run.usage.cpu_system.count(), run.usage.memory_peak_bytes, run.usage.output_bytes));
  if (changed != 1) {
    return std::unexpected(Error::failed(name_of(run) + ": the ledger holds no such open run; its end is refused"));
  }
  if (run.slot) TRY(move_mark(run.job, *run.slot));
  if (run.outcome == RunOutcome::succeeded) {
    TRY(statements.note_success.run(run.job.text(), run.sequence, stored(run.due)));
  }
  return {};
}

Result<void> SqliteLedger::State::apply(const SlotsDecided& decided) {
  const auto cause = decided.cause ? std::optional(decided.cause->text()) : std::nullopt;
  TRY(statements.decide_slots.run(decided.job.text(), stored(decided.era), stored(decided.slots.first),
                                  stored(decided.slots.last), decided.slots.count, text(decided.outcome),
                                  text(decided.reason), cause, decided.detail));
  return move_mark(decided.job, {.era = decided.era, .at = decided.slots.last});
}

Result<void> SqliteLedger::State::move_mark(const JobName& job, Slot to) {
  TRY(statements.move_mark.run(job.text(), stored(to.era), stored(to.at)));
  return {};
}

// ---- Reading the snapshot ---------------------------------------------------------------------------------------

Result<std::vector<JobMemory>> SqliteLedger::State::read_jobs() {
  Statement select = TRY(
      db.prepare("SELECT name, first_seen, counts_from, era, schedule, removed, mark_era, mark, success_due FROM jobs "
                 "ORDER BY name",
                 "read the jobs"));
  std::vector<JobMemory> jobs;
  Rows rows = select.query();
  while (TRY(rows.next())) {
    JobSeen seen{.job = TRY(sqlite::read_job_name(rows))};
    seen.first_seen = sqlite::wall_time(rows.integer());
    seen.counts_from = sqlite::wall_time(rows.integer());
    seen.era = static_cast<Era>(rows.integer());
    seen.schedule_normal_form = rows.text();
    JobMemory job{.seen = std::move(seen)};
    job.removed = rows.integer() != 0;
    job.mark = sqlite::read_slot_or_null(rows);
    job.previous_success = sqlite::read_time_or_null(rows);
    jobs.push_back(std::move(job));
  }
  return jobs;
}

Result<std::vector<Run>> SqliteLedger::State::read_open_runs() {
  Statement select = TRY(db.prepare("SELECT " + std::string(sqlite::run_columns) +
                                        " FROM runs INDEXED BY runs_open WHERE outcome IS NULL ORDER BY sequence",
                                    "read the open runs"));
  std::vector<Run> runs;
  Rows rows = select.query();
  while (TRY(rows.next())) runs.push_back(TRY(sqlite::read_run(rows)));
  return runs;
}

Result<void> SqliteLedger::State::read_last_runs(std::vector<JobMemory>& jobs) {
  Statement select = TRY(db.prepare("SELECT " + std::string(sqlite::run_columns) +
                                        " FROM runs INDEXED BY runs_closed_by_job "
                                        "WHERE job = ?1 AND outcome IS NOT NULL ORDER BY sequence DESC LIMIT 1",
                                    "read the last runs"));
  for (auto& job : jobs) {
    Rows rows = select.query(job.seen.job.text());
    if (TRY(rows.next())) job.last = TRY(sqlite::read_run(rows));
  }
  return {};
}

namespace {

// A run that is open has not moved its job's mark in the table yet.
void complete_marks(std::vector<JobMemory>& jobs, const std::vector<Run>& open_runs) {
  for (const auto& run : open_runs) {
    const auto job = std::ranges::lower_bound(jobs, run.job, {}, [](const JobMemory& j) { return j.seen.job; });
    if (job != jobs.end() && job->seen.job == run.job) job->mark = std::max(job->mark, run.slot);
  }
}

}  // namespace

// ---- The ledger -------------------------------------------------------------------------------------------------

SqliteLedger::SqliteLedger(std::unique_ptr<State> state) : state_(std::move(state)) {}
SqliteLedger::SqliteLedger(SqliteLedger&&) noexcept = default;
SqliteLedger& SqliteLedger::operator=(SqliteLedger&&) noexcept = default;
SqliteLedger::~SqliteLedger() = default;

Result<SqliteLedger> SqliteLedger::open(const std::string& path, Millis busy_timeout) {
  Connection db = TRY(Connection::open(path, sqlite::Access::read_write, busy_timeout));
  if (auto ready = set_up(db); !ready) return std::unexpected(about("ledger " + path, std::move(ready).error()));
  Statements statements = TRY(prepare_statements(db));
  return SqliteLedger(std::make_unique<State>(std::move(db), std::move(statements)));
}

Result<Snapshot> SqliteLedger::snapshot() {
  Connection& db = state_->db;
  const auto identity = TRY(db.ask_integer("SELECT value FROM kv WHERE key = 'identity'", "read the identity"));
  const auto sequence = TRY(db.ask_integer("SELECT coalesce(max(sequence), 0) FROM runs", "read the last sequence"));
  Snapshot snapshot{.identity = std::bit_cast<std::uint64_t>(identity),
                    .last_sequence = static_cast<std::uint64_t>(sequence)};
  snapshot.last_batch = TRY(last_batch());
  snapshot.jobs = TRY(state_->read_jobs());
  snapshot.open_runs = TRY(state_->read_open_runs());
  complete_marks(snapshot.jobs, snapshot.open_runs);
  TRY(state_->read_last_runs(snapshot.jobs));
  return snapshot;
}

Result<BatchId> SqliteLedger::last_batch() {
  Rows rows = state_->statements.last_batch.query();
  const bool has_row = TRY(rows.next());
  VERIFY(has_row);
  return static_cast<BatchId>(rows.integer());
}

Result<void> SqliteLedger::set_last_batch(BatchId batch) {
  const auto changed = TRY(state_->statements.set_last_batch.run(std::to_underlying(batch)));
  if (changed == 1) return {};
  return std::unexpected(Error::failed("another program writes to the ledger: it has numbered a batch in between"));
}

Result<void> SqliteLedger::apply(const Record& record) {
  return std::visit([this](const auto& r) { return state_->apply(r); }, record);
}

Connection& SqliteLedger::connection() { return state_->db; }

}  // namespace belfry
