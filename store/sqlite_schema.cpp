#include <array>
#include <string>

#include <base/try.h>
#include <store/sqlite_schema.h>

namespace belfry {

namespace {

// People look into this file with the sqlite3 shell. Hence: instants as integers, milliseconds since 1970 in UTC
// (datetime(slot / 1000, 'unixepoch')); outcomes, states, triggers and reasons as the words of
// include/belfry/outcome.h; run ids as their 26 characters, the form that the command line prints and whose prefixes
// an index can search.
//
// A start is what is waited for, so it writes one row and as little beside it as can be:
//   * `sequence` is the rowid: rows are appended.
//   * What is the same for nearly every start is a default, and not even bound: 1,000 starts took 3.1 ms with all
//     columns bound, and 2.7 without.
//   * runs_slot makes (job, era, slot) unique. The slot comes first although the job would read better: slots that
//     start now are the newest, so entries are appended too. With the job first every job of a burst dirties a
//     page of its own: 1,000 starts took 9.0 ms instead of 3.0.
//   * runs_open is a list of a few rows, whatever the history holds.
//   * All other indexes get their entry when the run closes; nobody waits for that. But each of them that begins with
//     the job dirties a page per job in a burst, so one such index serves the questions for a job's newest runs and for
//     its slots.
//   * Even an index that a start has no entry in costs it 0.1 us, unless it is one of several that are written in one
//     statement. So what concerns few runs, failures and keys, is listed in tables of its own.
// A job's mark is folded into `jobs` when a run closes or slots are decided, and completed from the open runs when
// it is read (sqlite_snapshot.cpp): a start does not touch `jobs` either. Its newest success is folded in the same way
// (success_run is the run's sequence), so a restart never walks the history.
//
// `runs` holds each run as it is now, with its newest attempt; `attempts` those before it. `standings` has a row for
// the few jobs that ever were paused, counted, or wait for others.
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
  enabled     INTEGER NOT NULL,
  schedule    TEXT NOT NULL,
  removed     INTEGER NOT NULL DEFAULT 0,
  mark_era    INTEGER,
  mark        INTEGER,
  success_run INTEGER NOT NULL DEFAULT 0,
  success_due INTEGER,
  pruned_era  INTEGER,
  pruned_upto INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE standings (
  job             TEXT PRIMARY KEY,
  paused_since    INTEGER,
  paused_until    INTEGER,
  paused_by       TEXT NOT NULL,
  pause_reason    TEXT NOT NULL,
  skip_next       INTEGER NOT NULL,
  runs_started    INTEGER NOT NULL,
  failures_in_row INTEGER NOT NULL,
  causes          TEXT NOT NULL,  -- job names, a space before and after each
  anchor          INTEGER,
  startup_boot    TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE backfills (
  id           INTEGER PRIMARY KEY,
  job          TEXT NOT NULL,
  reached      INTEGER NOT NULL,
  upto         INTEGER NOT NULL,
  requested_by TEXT NOT NULL,
  params       TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE interval_time (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  at       INTEGER NOT NULL,
  boot     INTEGER NOT NULL,
  boot_id  TEXT NOT NULL
) STRICT;

CREATE TABLE runs (
  sequence          INTEGER PRIMARY KEY,
  id                TEXT NOT NULL,
  job               TEXT NOT NULL,
  era               INTEGER,
  slot              INTEGER,
  nominal           INTEGER,
  due               INTEGER NOT NULL,
  opened            INTEGER NOT NULL,
  trigger           TEXT NOT NULL DEFAULT 'schedule',
  cause             TEXT,
  cause_job         TEXT NOT NULL DEFAULT '',
  requested_by      TEXT NOT NULL DEFAULT '',
  key               TEXT NOT NULL DEFAULT '',
  is_unique         INTEGER NOT NULL DEFAULT 0,
  params            TEXT NOT NULL DEFAULT '',  -- name=value, one per line; \\ and \n within a value
  revision          TEXT NOT NULL,
  stands_for        INTEGER NOT NULL DEFAULT 1,
  attempt           INTEGER NOT NULL DEFAULT 1,
  launch            INTEGER NOT NULL DEFAULT 1,
  uncounted         INTEGER NOT NULL DEFAULT 0,
  boot              TEXT NOT NULL,
  queue             TEXT NOT NULL DEFAULT 'default',
  priority          INTEGER NOT NULL DEFAULT 0,
  ignores_overlap   INTEGER NOT NULL DEFAULT 0,
  not_before        INTEGER,
  stop              TEXT NOT NULL DEFAULT '',
  stop_by           TEXT NOT NULL DEFAULT '',
  state             TEXT DEFAULT 'starting',  -- NULL: closed
  outcome           TEXT,  -- NULL: open
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
CREATE INDEX runs_closed_by_job ON runs (job, sequence, slot, era) WHERE outcome IS NOT NULL;
CREATE INDEX runs_closed_by_id ON runs (id) WHERE outcome IS NOT NULL;

CREATE TABLE failures (
  run    INTEGER PRIMARY KEY,  -- the sequence of a run that has failed
  of_job TEXT NOT NULL
) STRICT;

CREATE INDEX failures_by_job ON failures (of_job);

CREATE TABLE keyed_runs (
  run INTEGER PRIMARY KEY  -- the sequence of a run whose request had a key, or was unique
) STRICT;

CREATE TABLE attempts (
  sequence          INTEGER NOT NULL,  -- the run's
  attempt           INTEGER NOT NULL,
  launch            INTEGER NOT NULL,
  uncounted         INTEGER NOT NULL,
  boot              TEXT NOT NULL,
  stop              TEXT NOT NULL,
  stop_by           TEXT NOT NULL,
  state             TEXT,
  outcome           TEXT,
  reason            TEXT NOT NULL,
  detail            TEXT NOT NULL,
  started           INTEGER,
  finished          INTEGER,
  exit_code         INTEGER,
  signal            INTEGER,
  cpu_user_us       INTEGER NOT NULL,
  cpu_system_us     INTEGER NOT NULL,
  memory_peak_bytes INTEGER NOT NULL,
  output_bytes      INTEGER NOT NULL,
  PRIMARY KEY (sequence, attempt)
) STRICT, WITHOUT ROWID;

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
CREATE INDEX slots_by_first ON slots (job, first);
)sql";

// Each row gets a checksum (sqlite_checksums.h), runs what of their usage was not kept before, and a batch that starts
// runs is numbered in the rows of those: a start then touches one page less than if it counted in `kv`.
constexpr std::string_view version_2 = R"sql(
ALTER TABLE runs ADD COLUMN output_dropped_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN leftovers INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN containment TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN batch INTEGER NOT NULL DEFAULT 0;  -- the one that opened it
ALTER TABLE attempts ADD COLUMN output_dropped_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN leftovers INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN containment TEXT NOT NULL DEFAULT '';

ALTER TABLE kv ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE standings ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE backfills ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE interval_time ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE slots ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;

UPDATE kv SET checksum = belfry_checksum(key, value);
UPDATE jobs SET checksum = belfry_checksum(name, first_seen, counts_from, era, enabled, schedule, removed, mark_era, mark,
  success_run, success_due, pruned_era, pruned_upto);
UPDATE standings SET checksum = belfry_checksum(job, paused_since, paused_until, paused_by, pause_reason, skip_next,
  runs_started, failures_in_row, causes, anchor, startup_boot);
UPDATE backfills SET checksum = belfry_checksum(id, job, reached, upto, requested_by, params);
UPDATE interval_time SET checksum = belfry_checksum(only_row, at, boot, boot_id);
UPDATE runs SET checksum = belfry_checksum(sequence, id, job, era, slot, nominal, due, opened, trigger, cause, cause_job,
  requested_by, key, revision, stands_for, attempt, launch, uncounted, boot, queue, priority, ignores_overlap,
  not_before, stop, stop_by, state, outcome, reason, detail, started, finished, exit_code, signal, cpu_user_us,
  cpu_system_us, memory_peak_bytes, output_bytes, is_unique, params, output_dropped_bytes, leftovers, containment);
UPDATE attempts SET checksum = belfry_checksum(sequence, attempt, launch, uncounted, boot, stop, stop_by, state, outcome,
  reason, detail, started, finished, exit_code, signal, cpu_user_us, cpu_system_us, memory_peak_bytes, output_bytes,
  output_dropped_bytes, leftovers, containment);
UPDATE slots SET checksum = belfry_checksum(job, era, first, last, count, outcome, reason, cause, detail);
)sql";

// How far an attempt said it was, and what it left as its result.
constexpr std::string_view version_3 = R"sql(
ALTER TABLE runs ADD COLUMN progress_percent INTEGER;
ALTER TABLE runs ADD COLUMN progress_message TEXT;
ALTER TABLE runs ADD COLUMN progress_at INTEGER;
ALTER TABLE runs ADD COLUMN result TEXT;
ALTER TABLE attempts ADD COLUMN progress_percent INTEGER;
ALTER TABLE attempts ADD COLUMN progress_message TEXT;
ALTER TABLE attempts ADD COLUMN progress_at INTEGER;
ALTER TABLE attempts ADD COLUMN result TEXT;
)sql";

// What happened beside runs and slots. Few rows, read from the newest on: no index.
constexpr std::string_view version_4 = R"sql(
CREATE TABLE events (
  number   INTEGER PRIMARY KEY,
  at       INTEGER NOT NULL,
  kind     TEXT NOT NULL,
  since    INTEGER,
  until    INTEGER,
  job      TEXT,  -- NULL: it concerns all of them
  run      TEXT,
  who      TEXT NOT NULL,
  detail   TEXT NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
)sql";

constexpr std::array migrations_of_the_ledger{version_1, version_2, version_3, version_4};

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
