#include <sys/random.h>

#include <utility>

#include <base/os.h>
#include <base/try.h>
#include <base/verify.h>
#include <store/sqlite_checksums.h>
#include <store/sqlite_events.h>
#include <store/sqlite_job_tables.h>
#include <store/sqlite_ledger.h>
#include <store/sqlite_pruning.h>
#include <store/sqlite_run_tables.h>
#include <store/sqlite_schema.h>
#include <store/sqlite_snapshot.h>

namespace belfry {

using sqlite::Connection;
using sqlite::Rows;
using sqlite::Statement;

namespace {

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
  Statement add =
      TRY(db.prepare("INSERT OR IGNORE INTO kv (key, value, checksum) SELECT column1, column2, "
                     "belfry_checksum(column1, column2) FROM (VALUES ('identity', ?1), ('last_batch', 0), "
                     "('output_bytes', 0), ('output_pruned_upto', 0))",
                     "write the ledger's identity"));
  const std::uint64_t identity = TRY(make_identity());
  TRY(add.run(identity));
  return {};
}

}  // namespace

struct SqliteLedger::State {
  Connection db;  // first: the statements go before it
  sqlite::JobTables jobs;
  sqlite::RunTables runs;
  sqlite::EventTable events;
  sqlite::Pruning pruning;
  Statement last_batch;
  Statement batch_of_newest_run;
  Statement set_last_batch;
};

SqliteLedger::SqliteLedger(std::unique_ptr<State> state) : state_(std::move(state)) {}
SqliteLedger::SqliteLedger(SqliteLedger&&) noexcept = default;
SqliteLedger& SqliteLedger::operator=(SqliteLedger&&) noexcept = default;
SqliteLedger::~SqliteLedger() = default;

Result<SqliteLedger> SqliteLedger::open(const std::string& path, Millis busy_timeout) {
  Connection db = TRY(Connection::open(path, sqlite::Access::read_write, busy_timeout));
  if (auto ready = set_up(db); !ready) return std::unexpected(about("ledger " + path, std::move(ready).error()));
  auto jobs = TRY(sqlite::JobTables::prepare(db));
  auto runs = TRY(sqlite::RunTables::prepare(db));
  auto events = TRY(sqlite::EventTable::prepare(db));
  auto pruning = TRY(sqlite::Pruning::prepare(db));
  auto last_batch = TRY(db.prepare(sqlite::last_batch_question, "read the last batch's number"));
  auto batch_of_newest_run =
      TRY(db.prepare("SELECT batch FROM runs ORDER BY sequence DESC LIMIT 1", "read the last batch's number"));
  auto set_last_batch = TRY(db.prepare(
      "UPDATE kv SET " + sqlite::set_clause(sqlite::kv_table, {{"value", "?1"}}) + " WHERE key = 'last_batch'",
      "number the batch"));
  return SqliteLedger(std::make_unique<State>(std::move(db), std::move(jobs), std::move(runs), std::move(events),
                                              std::move(pruning), std::move(last_batch), std::move(batch_of_newest_run),
                                              std::move(set_last_batch)));
}

Result<Snapshot> SqliteLedger::snapshot() { return sqlite::read_snapshot(state_->db); }

Result<BatchId> SqliteLedger::last_batch() {
  Rows rows = state_->last_batch.query();
  const bool has_row = TRY(rows.next());
  VERIFY(has_row);
  return static_cast<BatchId>(rows.integer());
}

void SqliteLedger::begin_batch(BatchId batch) { state_->runs.begin(batch); }

// A batch that has opened the newest run is numbered by that.
Result<void> SqliteLedger::end_batch(BatchId batch) {
  TRY(state_->runs.flush());
  {
    Rows rows = state_->batch_of_newest_run.query();
    if (TRY(rows.next()) && static_cast<BatchId>(rows.integer()) == batch) return {};
  }
  const auto changed = TRY(state_->set_last_batch.run(std::to_underlying(batch)));
  VERIFY(changed == 1);
  return {};
}

Result<void> SqliteLedger::apply(const Record& record) {
  if (!std::holds_alternative<RunOpened>(record)) TRY(state_->runs.flush());
  const auto write = [this](const auto& r) {
    if constexpr (requires { state_->runs.apply(r); }) {
      return state_->runs.apply(r);
    } else if constexpr (requires { state_->events.apply(r); }) {
      return state_->events.apply(r);
    } else {
      return state_->jobs.apply(r);
    }
  };
  return std::visit(write, record);
}

Result<Pruned> SqliteLedger::prune(const Keep& keep, WallTime now) {
  const std::size_t events = TRY(state_->events.prune(keep, now));
  if (events == sqlite::EventTable::events_per_step) return Pruned{.more = true};
  return state_->pruning.step(keep, now);
}

void SqliteLedger::undo_prune() { state_->pruning.undo_step(); }

Connection& SqliteLedger::connection() { return state_->db; }

}  // namespace belfry
