#include <algorithm>
#include <limits>
#include <utility>

#include <base/try.h>
#include <base/verify.h>
#include <store/run_id_range.h>
#include <store/slot_account.h>
#include <store/sqlite_history.h>
#include <store/sqlite_rows.h>

namespace belfry {

using sqlite::Connection;
using sqlite::Rows;
using sqlite::Statement;
using sqlite::stored;

struct SqliteHistory::Questions {
  Statement all_runs;
  Statement runs_of_job;
  Statement open_runs;
  Statement failed_runs;
  Statement failed_runs_of_job;
  Statement runs_in_range;
  Statement sequence_of;
  Statement attempts_of_run;
  Statement all_slots;
  Statement slots_of_job;
  Statement runs_of_slots;
  Statement runs_of_slots_of_busy_job;
  Statement is_busy;
  Statement newest_slot;
  Statement slots_decided;
  Statement job_row;
  Statement run_slots;
  Statement events;

  Result<void> prepare_runs(Connection& db);
  Result<void> prepare_slots(Connection& db);
  Result<void> prepare_events(Connection& db);
  Rows newest_runs(const RunQuery& query, std::int64_t before, std::optional<std::string_view> outcome);
};

namespace {

constexpr int runs_of_a_busy_job = 2000;

// Open and closed runs are indexed apart (see sqlite_schema.cpp), so a question that needs an index asks both and
// merges; both halves come in the wanted order, so no more rows are read than are given.
std::string open_and_closed(std::string_view columns, std::string_view closed_index, std::string_view where) {
  const auto half = [&](std::string_view index, std::string_view condition) {
    return "SELECT " + std::string(columns) + " FROM runs INDEXED BY " + std::string(index) + " WHERE " +
           std::string(where) + " AND " + std::string(condition);
  };
  return half("runs_open", "outcome IS NULL") + " UNION ALL " + half(closed_index, "outcome IS NOT NULL");
}

// Up to the first that was opened before `since`: the rest is not even read.
Result<std::vector<Run>> read_runs(Rows rows, std::optional<WallTime> since = std::nullopt) {
  std::vector<Run> runs;
  while (TRY(rows.next())) {
    Run run = TRY(sqlite::read_run(rows));
    if (since && run.opened < *since) break;
    runs.push_back(std::move(run));
  }
  return runs;
}

Result<std::vector<SlotsDecided>> read_all_slots(Rows rows) {
  std::vector<SlotsDecided> slots;
  while (TRY(rows.next())) slots.push_back(TRY(sqlite::read_slots(rows)));
  return slots;
}

Result<std::optional<std::int64_t>> sequence_of(Statement& question, const RunId& run) {
  const std::string id = run.text();
  Rows rows = question.query(id);
  if (!TRY(rows.next())) return std::nullopt;
  return rows.integer();
}

// A cursor as a sequence: only what was recorded before it is asked for.
Result<std::int64_t> sequence_before(Statement& question, const std::optional<RunId>& before) {
  if (!before) return std::numeric_limits<std::int64_t>::max();
  if (const auto sequence = TRY(sequence_of(question, *before))) return *sequence;
  return std::unexpected(Error::not_found("the ledger holds no run " + before->text() + " to go on from"));
}

Result<SlotFindings> read_job(Statement& question, const JobName& job) {
  Rows rows = question.query(job.text());
  if (!TRY(rows.next())) return std::unexpected(never_saw(job));
  SlotFindings found{.seen = TRY(sqlite::read_job_seen(rows))};
  found.mark = sqlite::read_slot_or_null(rows);
  found.pruned_upto = sqlite::read_slot_or_null(rows);
  return found;
}

}  // namespace

SqliteHistory::SqliteHistory(Connection connection, std::unique_ptr<Questions> questions)
    : connection_(std::move(connection)), questions_(std::move(questions)) {}

SqliteHistory::~SqliteHistory() = default;

Result<std::unique_ptr<SqliteHistory>> SqliteHistory::open(const std::string& path) {
  Connection db = TRY(Connection::open(path, sqlite::Access::read_only, Millis{5000}));
  auto questions = std::make_unique<Questions>();
  TRY(questions->prepare_runs(db));
  TRY(questions->prepare_slots(db));
  TRY(questions->prepare_events(db));
  return std::unique_ptr<SqliteHistory>(new SqliteHistory(std::move(db), std::move(questions)));
}

// ---- Runs -------------------------------------------------------------------------------------------------------

Result<void> SqliteHistory::Questions::prepare_runs(Connection& db) {
  const std::string& columns = sqlite::run_selection;
  const std::string select = "SELECT " + columns + " FROM runs ";
  all_runs =
      TRY(db.prepare(select + "WHERE sequence < ?1 AND (?2 IS NULL OR outcome = ?2) ORDER BY sequence DESC LIMIT ?3",
                     "read the runs"));
  runs_of_job = TRY(db.prepare(
      open_and_closed(columns, "runs_closed_by_job", "job = ?4 AND sequence < ?1 AND (?2 IS NULL OR outcome = ?2)") +
          " ORDER BY sequence DESC LIMIT ?3",
      "read the runs of a job"));
  open_runs = TRY(db.prepare(select + "INDEXED BY runs_open WHERE outcome IS NULL AND sequence < ?1 AND ?2 IS NULL AND "
                                      "(?4 IS NULL OR job = ?4) AND (?5 IS NULL OR state = ?5) ORDER BY sequence DESC "
                                      "LIMIT ?3",
                             "read the open runs"));
  const std::string failed = "SELECT " + columns +
                             " FROM failures CROSS JOIN runs ON sequence = run "
                             "WHERE run < ?1 AND (?2 IS NULL OR outcome = ?2) ";
  failed_runs = TRY(db.prepare(failed + "ORDER BY run DESC LIMIT ?3", "read the failed runs"));
  failed_runs_of_job =
      TRY(db.prepare(failed + "AND of_job = ?4 ORDER BY run DESC LIMIT ?3", "read the failed runs of a job"));
  runs_in_range =
      TRY(db.prepare(open_and_closed(columns, "runs_closed_by_id", "id BETWEEN ?1 AND ?2") + " ORDER BY id LIMIT ?3",
                     "look a run up"));
  sequence_of = TRY(db.prepare(open_and_closed("sequence", "runs_closed_by_id", "id = ?1"), "look a run up"));
  attempts_of_run =
      TRY(db.prepare("SELECT " + sqlite::attempt_selection() +
                         " FROM attempts JOIN runs USING (sequence) WHERE sequence = ?1 ORDER BY attempts.attempt",
                     "read the attempts of a run"));
  return {};
}

// The question whose index fits.
Rows SqliteHistory::Questions::newest_runs(const RunQuery& query, std::int64_t before,
                                           std::optional<std::string_view> outcome) {
  const auto state = query.state ? std::optional(text(*query.state)) : std::nullopt;
  const auto job = query.job ? std::optional(std::string_view(query.job->text())) : std::nullopt;
  if (query.which == RunQuery::Which::failed) {
    const std::size_t limit = state ? 0 : query.limit;  // what has failed has no state any more
    return job ? failed_runs_of_job.query(before, outcome, limit, job) : failed_runs.query(before, outcome, limit);
  }
  if (state || query.which == RunQuery::Which::open) return open_runs.query(before, outcome, query.limit, job, state);
  return job ? runs_of_job.query(before, outcome, query.limit, job) : all_runs.query(before, outcome, query.limit);
}

Result<std::vector<Run>> SqliteHistory::runs(const RunQuery& query) {
  VERIFY(query.limit >= 1 && query.limit <= RunQuery::limit_max);
  const auto before = TRY(sequence_before(questions_->sequence_of, query.before));
  const auto outcome = query.outcome ? std::optional(text(*query.outcome)) : std::nullopt;
  return read_runs(questions_->newest_runs(query, before, outcome), query.since);
}

Result<std::vector<Run>> SqliteHistory::runs_by_prefix(std::string_view prefix, std::size_t limit) {
  const auto range = run_ids_with_prefix(prefix);
  if (!range) return std::vector<Run>{};
  return read_runs(questions_->runs_in_range.query(range->first.text(), range->last.text(), limit));
}

Result<std::vector<Run>> SqliteHistory::attempts(const RunId& run) {
  const auto sequence = TRY(sequence_of(questions_->sequence_of, run));
  if (!sequence) return std::vector<Run>{};
  return read_runs(questions_->attempts_of_run.query(*sequence));
}

// ---- Slots ------------------------------------------------------------------------------------------------------

Result<void> SqliteHistory::Questions::prepare_slots(Connection& db) {
  const std::string slots = "SELECT " + sqlite::slots_selection + " FROM slots ";
  all_slots = TRY(db.prepare(slots + "ORDER BY number DESC LIMIT ?1", "read the slots"));
  slots_of_job = TRY(db.prepare(slots + "INDEXED BY slots_by_job WHERE job = ?1 ORDER BY number DESC LIMIT ?2",
                                "read the slots of a job"));
  const std::string in_range = "job = ?1 AND slot BETWEEN ?2 AND ?3";
  // The indexes alone say which runs; only those are read.
  const auto newest = [&](const char* index, const char* condition) {
    return "SELECT sequence FROM (SELECT sequence FROM runs INDEXED BY " + std::string(index) + " WHERE " + condition +
           " AND " + in_range + " ORDER BY slot DESC, era DESC LIMIT ?4)";
  };
  runs_of_slots = TRY(db.prepare("SELECT " + sqlite::run_selection + " FROM runs WHERE sequence IN (" +
                                     newest("runs_open", "outcome IS NULL") + " UNION ALL " +
                                     newest("runs_closed_by_job", "outcome IS NOT NULL") +
                                     ") ORDER BY slot DESC, era DESC LIMIT ?4",
                                 "read the runs of a job's slots"));
  // Through the slots of all jobs, newest first: of a busy job the wanted ones are soon found.
  runs_of_slots_of_busy_job = TRY(db.prepare("SELECT " + sqlite::run_selection +
                                                 " FROM runs INDEXED BY runs_slot WHERE slot BETWEEN ?2 AND ?3 AND "
                                                 "job = ?1 ORDER BY slot DESC, era DESC LIMIT ?4",
                                             "read the runs of a job's slots"));
  is_busy =
      TRY(db.prepare("SELECT 1 FROM runs INDEXED BY runs_closed_by_job WHERE outcome IS NOT NULL AND job = ?1 "
                     "LIMIT 1 OFFSET ?2",
                     "read the runs of a job's slots"));
  newest_slot = TRY(db.prepare(
      "SELECT max(coalesce(mark, 0), coalesce((SELECT max(slot) FROM runs INDEXED BY runs_open WHERE outcome "
      "IS NULL AND job = ?1), 0)) FROM jobs WHERE name = ?1 AND era = 0",
      "read a job's newest slot"));
  slots_decided = TRY(db.prepare(slots + "INDEXED BY slots_by_first WHERE job = ?1 AND first <= ?3 AND last >= ?2 "
                                         "ORDER BY first DESC, number DESC LIMIT ?4",
                                 "read the slots of a job"));
  job_row = TRY(db.prepare(
      "SELECT name, first_seen, counts_from, era, enabled, schedule, mark_era, mark, pruned_era, pruned_upto FROM jobs "
      "WHERE name = ?1",
      "read a job"));
  run_slots =
      TRY(db.prepare(open_and_closed("era, slot", "runs_closed_by_job", in_range), "read the slots of a job's runs"));
  return {};
}

Result<std::vector<SlotsDecided>> SqliteHistory::slots(const SlotQuery& query) {
  if (!query.job) return read_all_slots(questions_->all_slots.query(query.limit));
  return read_all_slots(questions_->slots_of_job.query(query.job->text(), query.limit));
}

// Which way is shorter depends on how many runs the job has: all of its own through its index, which knows no order of
// slots, or backwards through everybody's slots from its newest one on.
Result<std::vector<Run>> SqliteHistory::runs_of_slots(const SlotRange& range) {
  const std::string& job = range.job.text();
  {
    Rows rows = questions_->is_busy.query(job, runs_of_a_busy_job);
    if (!TRY(rows.next())) {
      return read_runs(questions_->runs_of_slots.query(job, stored(range.first), stored(range.last), range.limit));
    }
  }
  std::int64_t last = stored(range.last);
  {
    Rows rows = questions_->newest_slot.query(job);
    if (TRY(rows.next())) last = std::min(last, rows.integer());
  }
  return read_runs(questions_->runs_of_slots_of_busy_job.query(job, stored(range.first), last, range.limit));
}

Result<std::vector<SlotsDecided>> SqliteHistory::slots_decided(const SlotRange& range) {
  return read_all_slots(
      questions_->slots_decided.query(range.job.text(), stored(range.first), stored(range.last), range.limit));
}

Result<SlotAccount> SqliteHistory::account(const SlotRange& range) {
  const auto moment = TRY(sqlite::Moment::begin(connection_));
  SlotFindings found = TRY(read_job(questions_->job_row, range.job));
  // From before the account begins: nothing is to be looked for among the runs, which may be many.
  if (range.last <= found.seen.counts_from) return make_account(std::move(found), range);
  SlotRange whole = range;
  whole.limit = std::numeric_limits<std::int32_t>::max();
  found.decided = TRY(slots_decided(whole));
  Rows rows = questions_->run_slots.query(range.job.text(), stored(range.first), stored(range.last));
  while (TRY(rows.next())) {
    if (const auto slot = sqlite::read_slot_or_null(rows)) found.run_slots.push_back(*slot);
  }
  for (const Run& run : TRY(runs({.job = range.job, .which = RunQuery::Which::open, .limit = RunQuery::limit_max}))) {
    found.mark = std::max(found.mark, run.slot);
  }
  return make_account(std::move(found), range);
}

// ---- Events -----------------------------------------------------------------------------------------------------

Result<void> SqliteHistory::Questions::prepare_events(Connection& db) {
  events = TRY(db.prepare("SELECT " + sqlite::event_selection +
                              " FROM events WHERE number < ?1 AND (?2 IS NULL OR job = ?2 OR job IS NULL) AND "
                              "(?3 IS NULL OR kind = ?3) AND (?4 IS NULL OR at >= ?4) AND (?5 IS NULL OR at <= ?5) "
                              "ORDER BY number DESC LIMIT ?6",
                          "read the events"));
  return {};
}

Result<std::vector<Event>> SqliteHistory::events(const EventQuery& query) {
  constexpr std::uint64_t beyond_all = std::numeric_limits<std::int64_t>::max();
  const std::uint64_t before = std::min(query.before.value_or(beyond_all), beyond_all);
  const auto job = query.job ? std::optional(std::string_view(query.job->text())) : std::nullopt;
  const auto kind = query.kind ? std::optional(text(*query.kind)) : std::nullopt;
  std::vector<Event> found;
  Rows rows = questions_->events.query(before, job, kind, stored(query.since), stored(query.until), query.limit);
  while (TRY(rows.next())) found.push_back(TRY(sqlite::read_event(rows)));
  return found;
}

}  // namespace belfry
