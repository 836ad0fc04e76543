#include <limits>
#include <utility>

#include <base/try.h>
#include <base/verify.h>
#include <store/run_id_range.h>
#include <store/sqlite_history.h>
#include <store/sqlite_rows.h>

namespace belfry {

using sqlite::Connection;
using sqlite::Rows;
using sqlite::Statement;

struct SqliteHistory::Questions {
  Statement all_runs;
  Statement runs_of_job;
  Statement runs_in_range;
  Statement sequence_of;
  Statement attempts_of_run;
  Statement all_slots;
  Statement slots_of_job;
};

namespace {

// Open and closed runs are indexed apart (see sqlite_schema.cpp), so a question that needs an index asks both and
// merges; both halves come in the wanted order, so no more rows are read than are given.
std::string open_and_closed(std::string_view columns, std::string_view closed_index, std::string_view where) {
  const auto half = [&](std::string_view index, std::string_view condition) {
    return "SELECT " + std::string(columns) + " FROM runs INDEXED BY " + std::string(index) + " WHERE " +
           std::string(where) + " AND " + std::string(condition);
  };
  return half("runs_open", "outcome IS NULL") + " UNION ALL " + half(closed_index, "outcome IS NOT NULL");
}

Result<std::vector<Run>> read_runs(Rows rows) {
  std::vector<Run> runs;
  while (TRY(rows.next())) runs.push_back(TRY(sqlite::read_run(rows)));
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

}  // namespace

SqliteHistory::SqliteHistory(Connection connection, std::unique_ptr<Questions> questions)
    : connection_(std::move(connection)), questions_(std::move(questions)) {}

SqliteHistory::~SqliteHistory() = default;

Result<std::unique_ptr<SqliteHistory>> SqliteHistory::open(const std::string& path) {
  Connection db = TRY(Connection::open(path, sqlite::Access::read_only, Millis{5000}));
  const std::string run_columns(sqlite::run_columns);
  const std::string slots = "SELECT " + std::string(sqlite::slots_columns) + " FROM slots ";
  auto questions = std::make_unique<Questions>();
  questions->all_runs = TRY(db.prepare("SELECT " + run_columns +
                                           " FROM runs WHERE sequence < ?1 AND (?2 IS NULL OR outcome = ?2) "
                                           "ORDER BY sequence DESC LIMIT ?3",
                                       "read the runs"));
  questions->runs_of_job =
      TRY(db.prepare(open_and_closed(run_columns, "runs_closed_by_job",
                                     "job = ?1 AND sequence < ?2 AND (?3 IS NULL OR outcome = ?3)") +
                         " ORDER BY sequence DESC LIMIT ?4",
                     "read the runs of a job"));
  questions->runs_in_range = TRY(
      db.prepare(open_and_closed(run_columns, "runs_closed_by_id", "id BETWEEN ?1 AND ?2") + " ORDER BY id LIMIT ?3",
                 "look a run up"));
  questions->sequence_of =
      TRY(db.prepare(open_and_closed("sequence", "runs_closed_by_id", "id = ?1"), "look a run up"));
  questions->attempts_of_run =
      TRY(db.prepare("SELECT " + sqlite::columns_of_attempt() +
                         " FROM attempts JOIN runs USING (sequence) WHERE sequence = ?1 ORDER BY attempts.attempt",
                     "read the attempts of a run"));
  questions->all_slots = TRY(db.prepare(slots + "ORDER BY number DESC LIMIT ?1", "read the slots"));
  questions->slots_of_job =
      TRY(db.prepare(slots + "WHERE job = ?1 ORDER BY number DESC LIMIT ?2", "read the slots of a job"));
  return std::unique_ptr<SqliteHistory>(new SqliteHistory(std::move(db), std::move(questions)));
}

Result<std::vector<Run>> SqliteHistory::runs(const RunQuery& query) {
  VERIFY(query.limit >= 1 && query.limit <= RunQuery::limit_max);
  const auto before = TRY(sequence_before(questions_->sequence_of, query.before));
  const auto outcome = query.outcome ? std::optional(text(*query.outcome)) : std::nullopt;
  if (!query.job) return read_runs(questions_->all_runs.query(before, outcome, query.limit));
  return read_runs(questions_->runs_of_job.query(query.job->text(), before, outcome, query.limit));
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

Result<std::vector<SlotsDecided>> SqliteHistory::slots(const SlotQuery& query) {
  if (!query.job) return read_all_slots(questions_->all_slots.query(query.limit));
  return read_all_slots(questions_->slots_of_job.query(query.job->text(), query.limit));
}

}  // namespace belfry
