#include <array>
#include <string>

#include <base/try.h>
#include <store/sqlite_schema.h>

namespace belfry {

namespace {

// People look into this file with the sqlite3 shell. Hence: instants as integers, milliseconds since 1970 in UTC
// (datetime(slot / 1000, 'unixepoch')); outcomes, triggers and reasons as the words of include/belfry/outcome.h; run
// ids as their 26 characters, the form that the command line prints and whose prefixes an index can search.
//
// A start is what is waited for, so it writes one row and as little beside it as can be:
//   * `sequence` is the rowid: rows are appended.
//   * runs_slot makes (job, era, slot) unique. The slot comes first although the job would read better: slots that
//     start now are the newest, so entries are appended too. With the job first every job of a burst dirties a
//     page of its own: 1,000 starts took 9.0 ms instead of 3.0.
//   * runs_open is a list of a few rows, whatever the history holds.
//   * runs_closed_by_job and runs_closed_by_id get their entry when the run closes; nobody waits for that.
// A job's mark is folded into `jobs` when a run closes or slots are decided, and completed from the open runs when
// it is read (sqlite_ledger.cpp): a start does not touch `jobs` either. Its newest success is folded in the same way
// (success_run is the run's sequence), so a restart never walks the history.
constexpr std::string_view version_1 = R"sql(
CREATE TABLE kv (
  key   TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
  name        TEXT PRIMARY KEY,
  first_seen  INTEGER NOT NULL,
  counts_from INTEGER NOT NULL,
  era         INTEGER NOT NULL,
  schedule    TEXT NOT NULL,
  removed     INTEGER NOT NULL DEFAULT 0,
  mark_era    INTEGER,
  mark        INTEGER,
  success_run INTEGER NOT NULL DEFAULT 0,
  success_due INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  sequence          INTEGER PRIMARY KEY,
  id                TEXT NOT NULL,
  job               TEXT NOT NULL,
  era               INTEGER,
  slot              INTEGER,
  due               INTEGER NOT NULL,
  trigger           TEXT NOT NULL,
  requested_by      TEXT NOT NULL,
  revision          TEXT NOT NULL,
  stands_for        INTEGER NOT NULL,
  attempt           INTEGER NOT NULL,
  launch            INTEGER NOT NULL,
  boot              TEXT NOT NULL,
  outcome           TEXT,
  reason            TEXT NOT NULL DEFAULT '',
  detail            TEXT NOT NULL DEFAULT '',
  started           INTEGER,
  finished          INTEGER,
  exit_code         INTEGER,
  signal            INTEGER,
  cpu_user_us       INTEGER NOT NULL DEFAULT 0,
  cpu_system_us     INTEGER NOT NULL DEFAULT 0,
  memory_peak_bytes INTEGER NOT NULL DEFAULT 0,
  output_bytes      INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX runs_slot ON runs (slot, job, era) WHERE slot IS NOT NULL;
CREATE INDEX runs_open ON runs (sequence) WHERE outcome IS NULL;
CREATE INDEX runs_closed_by_job ON runs (job) WHERE outcome IS NOT NULL;
CREATE INDEX runs_closed_by_id ON runs (id) WHERE outcome IS NOT NULL;

CREATE TABLE slots (
  number     INTEGER PRIMARY KEY,
  job        TEXT NOT NULL,
  era        INTEGER NOT NULL,
  first      INTEGER NOT NULL,
  last       INTEGER NOT NULL,
  count      INTEGER NOT NULL,
  outcome    TEXT NOT NULL,
  reason     TEXT NOT NULL,
  cause      TEXT,
  detail     TEXT NOT NULL
) STRICT;

CREATE INDEX slots_by_job ON slots (job);
)sql";

constexpr std::array migrations_of_the_ledger{version_1};

Result<void> take_step(sqlite::Connection& connection, std::string_view step, std::size_t number) {
  const std::string purpose = "bring the ledger to version " + std::to_string(number);
  auto transaction = TRY(sqlite::Transaction::begin(connection));
  TRY(connection.execute(step, purpose));
  TRY(connection.execute("PRAGMA user_version = " + std::to_string(number), purpose));
  if (auto committed = transaction.commit(); !committed) return std::unexpected(std::move(committed).error().error);
  return {};
}

}  // namespace

std::span<const std::string_view> ledger_migrations() { return migrations_of_the_ledger; }

Result<void> migrate(sqlite::Connection& connection, std::span<const std::string_view> migrations) {
  const auto taken = TRY(connection.ask_integer("PRAGMA user_version", "read the ledger's version"));
  if (taken < 0 || static_cast<std::size_t>(taken) > migrations.size()) {
    return std::unexpected(Error::failed(
        "the ledger has version " + std::to_string(taken) + ", and this program knows versions up to " +
        std::to_string(migrations.size()) + ": install the newer belfry that wrote it, or put back a backup"));
  }
  for (auto number = static_cast<std::size_t>(taken); number < migrations.size(); ++number) {
    TRY(take_step(connection, migrations[number], number + 1));
  }
  return {};
}

}  // namespace belfry
