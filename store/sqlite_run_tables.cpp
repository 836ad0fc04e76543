#include <tuple>
#include <utility>
#include <vector>

#include <base/params.h>
#include <base/text.h>
#include <base/try.h>
#include <base/verify.h>
#include <store/run_columns.h>
#include <store/run_name.h>
#include <store/sqlite_checksums.h>
#include <store/sqlite_rows.h>
#include <store/sqlite_run_tables.h>

namespace belfry::sqlite {

namespace {

// ---- Columns and their values, in the same order ----------------------------------------------------------------

// What identifies a run, and never changes: ?1 to ?7.
class Identity {
 public:
  explicit Identity(const Run& run) : run_(run), id_(run.id.text()) {}

  std::string_view id() const { return id_; }

  auto values() const {
    const auto era = run_.slot ? std::optional(stored(run_.slot->era)) : std::nullopt;
    const auto at = run_.slot ? std::optional(stored(run_.slot->at)) : std::nullopt;
    return std::tuple(run_.sequence, std::string_view(id_), std::string_view(run_.job.text()), era, at,
                      stored(run_.due), std::string_view(run_.key));
  }

 private:
  const Run& run_;
  const std::string id_;
};

constexpr std::string_view identity_columns = "sequence, id, job, era, slot, due, key";
constexpr std::string_view is_this_open_run =
    "sequence = ?1 AND id = ?2 AND job = ?3 AND era IS ?4 AND slot IS ?5 AND due = ?6 AND key = ?7 AND outcome IS NULL";

// What every run says when it opens.
constexpr std::string_view origin_columns = "nominal, opened, revision";

auto origin_values(const Run& run) {
  return std::tuple(stored(run.nominal), stored(run.opened), std::string_view(run.revision));
}

// What most leave as the table's defaults are.
constexpr std::string_view decision_columns =
    "trigger, cause, cause_job, requested_by, stands_for, queue, priority, "
    "ignores_overlap, not_before, is_unique, params";

// `params` is lent: the text of the run's parameters.
auto decision_values(const Run& run, const std::string& params) {
  return std::tuple(text(run.trigger), stored(run.cause), std::string_view(run.cause_job),
                    std::string_view(run.requested_by), run.stands_for, std::string_view(run.queue), run.priority,
                    run.ignores_overlap, stored(run.not_before), run.is_unique, std::string_view(params));
}

// `plain_columns` of a run that is as most are.
auto plain_values(const Run& run, const Identity& identity, BatchId batch) {
  return std::tuple_cat(
      identity.values(), origin_values(run),
      std::tuple(std::string_view(run.boot.text), std::to_underlying(batch), checksum_of(run, identity.id())));
}

// A statement opens a cursor on the table and on each of its indexes, and closes them: for one row that takes as long
// as writing it.
constexpr std::size_t starts_at_once = 16;

bool is_as_most(const Run& run) {
  return run.trigger == RunTrigger::schedule && run.state == RunState::starting && run.queue.str() == "default" &&
         run.stands_for == 1 && run.priority == 0 && run.attempt == 1 && run.launch == 1 && !run.cause &&
         !run.ignores_overlap && !run.not_before && run.requested_by.empty() && !run.is_unique && run.params.empty();
}

// The attempt's, in two parts: without `outcome`, an UPDATE touches no index.
constexpr std::string_view progress_columns =
    "attempt, launch, uncounted, boot, stop, stop_by, state, reason, detail, started, finished, exit_code, signal, "
    "cpu_user_us, cpu_system_us, memory_peak_bytes, output_bytes, output_dropped_bytes, leftovers, containment, "
    "progress_percent, progress_message, progress_at, result";

struct ProgressColumns {
  std::optional<int> percent;
  std::optional<std::string_view> message;
  std::optional<std::int64_t> at;
};

ProgressColumns progress_of(const Run& run) {
  if (!run.progress) return {};
  return {run.progress->percent, run.progress->message, stored(run.progress->at)};
}

std::optional<std::string_view> result_of(const Run& run) {
  return run.result.empty() ? std::nullopt : std::optional<std::string_view>(run.result);
}

auto progress_values(const Run& run) {
  const ProgressColumns said = progress_of(run);
  return std::tuple(run.attempt, run.launch, run.uncounted, std::string_view(run.boot.text), text(run.stop),
                    std::string_view(run.stop_by), state_of(run), text(run.reason), std::string_view(run.detail),
                    stored(run.started), stored(run.finished), code_of(run, ProcessEnd::How::exited),
                    code_of(run, ProcessEnd::How::signalled), run.usage.cpu_user.count(), run.usage.cpu_system.count(),
                    run.usage.memory_peak_bytes, run.usage.output_bytes, run.usage.output_dropped_bytes,
                    run.usage.leftovers, text(run.usage.containment), said.percent, said.message, said.at,
                    result_of(run));
}

template <class... Tuples>
Result<std::int64_t> run_with(Statement& statement, const Tuples&... values) {
  return std::apply([&](const auto&... each) { return statement.run(each...); }, std::tuple_cat(values...));
}

// ---- SQL of column lists ----------------------------------------------------------------------------------------

std::string list(std::initializer_list<std::string_view> parts) {
  std::string columns;
  for (const auto part : parts) columns += (columns.empty() ? "" : ", ") + std::string(part);
  return columns;
}

// "?8, ?9": a place for each column, numbered from `first`.
std::string places(const std::string& columns, int first) {
  std::string all;
  for (std::size_t n = split(columns, ',').size(); n > 0; --n)
    all += (all.empty() ? "?" : ", ?") + std::to_string(first++);
  return all;
}

// "(?1, ?2), (?3, ?4)".
std::string rows_of_places(const std::string& columns, std::size_t rows) {
  const auto width = static_cast<int>(split(columns, ',').size());
  std::string all;
  for (int row = 0; row < static_cast<int>(rows); ++row) {
    all += row == 0 ? "(" : ", (";
    all += places(columns, row * width + 1);
    all += ')';
  }
  return all;
}

// The same places, by column.
std::vector<Given> given(const std::string& columns, int first) {
  std::vector<Given> all;
  for (const auto column : split(columns, ',')) all.push_back({trim(column), "?" + std::to_string(first++)});
  return all;
}

// "a = ?8, b = ?9".
std::string assignments(const std::string& columns, int first) {
  std::string all;
  for (const auto column : split(columns, ',')) {
    all += (all.empty() ? "" : ", ") + std::string(trim(column)) + " = ?" + std::to_string(first++);
  }
  return all;
}

Error about(const Run& run, Error error) {
  error.what = name_of(run) + ": " + error.what;
  return error;
}

Error refused(const Run& run, std::string_view why) { return Error::failed(name_of(run) + ": " + std::string(why)); }

}  // namespace

Result<RunTables> RunTables::prepare(Connection& db) {
  RunTables t;
  const std::string plain = list({identity_columns, origin_columns, "boot, batch, checksum"});
  const std::string opening = list({plain, decision_columns, "attempt, launch, state"});
  const std::string moving = list({progress_columns, origin_columns, decision_columns, "checksum"});
  const std::string progress = list({progress_columns, "outcome"});
  const std::string this_open_run(is_this_open_run);
  t.open_plain_run_ =
      TRY(db.prepare("INSERT INTO runs (" + plain + ") VALUES (" + places(plain, 1) + ")", "record a start"));
  t.open_plain_runs_ = TRY(
      db.prepare("INSERT INTO runs (" + plain + ") VALUES " + rows_of_places(plain, starts_at_once), "record starts"));
  t.open_run_ =
      TRY(db.prepare("INSERT INTO runs (" + opening + ") VALUES (" + places(opening, 1) + ")", "record a start"));
  t.note_key_ = TRY(db.prepare("INSERT INTO keyed_runs (run) VALUES (?1)", "record a key"));
  t.change_run_ = TRY(db.prepare(
      "UPDATE runs SET " + assignments(moving, 8) + " WHERE (attempt, launch) <= (?8, ?9) AND " + this_open_run,
      "record that a run has moved on"));
  t.close_run_ = TRY(db.prepare("UPDATE runs SET " + assignments(list({moving, "outcome"}), 8) +
                                    " WHERE attempt = ?8 AND launch = ?9 AND " + this_open_run,
                                "record the end of a run"));
  std::vector<Given> attempt = given(progress, 8);
  attempt.push_back({"sequence", "?1"});
  t.close_attempt_ =
      TRY(db.prepare("INSERT INTO attempts (sequence, " + progress + ", checksum) SELECT ?1, " + places(progress, 8) +
                         ", " + checksum_given(attempts_table, attempt) + " FROM runs WHERE " + this_open_run,
                     "record the end of an attempt"));
  // One row goes on as long as nothing lies between: the mark is the row's end, and no run is open beyond it.
  t.extend_slots_ = TRY(db.prepare(
      "UPDATE slots SET " + set_clause(slots_table, {{"last", "?3"}, {"count", "count + ?4"}}) +
          " "
          "WHERE number = (SELECT max(number) FROM slots WHERE job = ?1) AND last < ?2 AND era = ?5 AND outcome = ?6 "
          "AND reason = ?7 AND cause IS ?8 AND detail = ?9 "
          "AND EXISTS (SELECT 1 FROM jobs WHERE name = ?1 AND mark_era = slots.era AND mark = slots.last "
          "            AND counts_from < slots.first) "
          "AND NOT EXISTS (SELECT 1 FROM runs INDEXED BY runs_open WHERE outcome IS NULL AND job = ?1 "
          "                AND (runs.era, runs.slot) > (slots.era, slots.last))",
      "record slots"));
  t.add_slots_ =
      TRY(db.prepare("INSERT INTO slots " + values_clause(slots_table, given("job, first, last, count, era, outcome, "
                                                                             "reason, cause, detail",
                                                                             1)),
                     "record slots"));
  t.move_mark_ = TRY(db.prepare("UPDATE jobs SET " + set_clause(jobs_table, {{"mark_era", "?2"}, {"mark", "?3"}}) +
                                    " WHERE name = ?1 "
                                    "AND (mark_era IS NULL OR (mark_era, mark) < (?2, ?3))",
                                "move a job's mark"));
  t.note_success_ =
      TRY(db.prepare("UPDATE jobs SET " + set_clause(jobs_table, {{"success_run", "?2"}, {"success_due", "?3"}}) +
                         " WHERE name = ?1 AND success_run < ?2",
                     "note a job's success"));
  t.note_failure_ = TRY(db.prepare("INSERT INTO failures (run, of_job) VALUES (?1, ?2)", "note a job's failure"));
  t.count_output_ = TRY(db.prepare("UPDATE kv SET " + set_clause(kv_table, {{"value", "value + ?2"}}) +
                                       " WHERE key = 'output_bytes' "
                                       "AND ?1 > (SELECT value FROM kv WHERE key = 'output_pruned_upto')",
                                   "count the output"));
  return t;
}

void RunTables::begin(BatchId batch) {
  batch_ = batch;
  starts_.clear();  // of a batch that failed
}

Result<void> RunTables::open(const Run& run) {
  const Identity identity(run);
  const auto plain = plain_values(run, identity, batch_);
  const std::string params = encode_params(run.params);
  auto inserted = is_as_most(run) ? run_with(open_plain_run_, plain)
                                  : run_with(open_run_, plain, decision_values(run, params),
                                             std::tuple(run.attempt, run.launch, text(run.state)));
  if (!inserted) return std::unexpected(about(run, std::move(inserted).error()));
  return {};
}

Result<void> RunTables::apply(const RunOpened& opened) {
  const Run& run = opened.run;
  VERIFY(run.is_open());
  if (is_as_most(run)) {
    starts_.push_back(&run);
    if (starts_.size() == starts_at_once) TRY(write_starts());
  } else {
    TRY(flush());
    TRY(open(run));
  }
  if (!run.key.empty() || run.is_unique) TRY(note_key_.run(run.sequence));
  return {};
}

Result<void> RunTables::write_starts() {
  const auto one_by_one = [this]() -> Result<void> {
    for (const Run* run : starts_) TRY(open(*run));
    starts_.clear();
    return {};
  };
  if (starts_.size() < starts_at_once) return one_by_one();
  std::vector<Identity> identities;  // bound texts stay where they are
  identities.reserve(starts_at_once);
  for (const Run* run : starts_) {
    const Identity& identity = identities.emplace_back(*run);
    const auto bind = [&](const auto&... values) { open_plain_runs_.bind_row(identities.size() - 1, values...); };
    std::apply(bind, plain_values(*run, identity, batch_));
  }
  auto inserted = open_plain_runs_.run_rows();
  if (!inserted && open_plain_runs_.was_refused()) return one_by_one();  // which of them?
  if (!inserted) return std::unexpected(about(*starts_.front(), std::move(inserted).error()));
  starts_.clear();
  return {};
}

Result<void> RunTables::apply(const RunChanged& changed) {
  const Run& run = changed.run;
  VERIFY(run.is_open());
  const Identity identity(run);
  const std::string params = encode_params(run.params);
  if (TRY(run_with(change_run_, identity.values(), progress_values(run), origin_values(run),
                   decision_values(run, params), std::tuple(checksum_of(run, identity.id())))) == 1) {
    return {};
  }
  return std::unexpected(refused(run, "the ledger holds no such open run; its change is refused"));
}

Result<void> RunTables::apply(const AttemptClosed& attempt) {
  const Run& run = attempt.run;
  const Identity identity(run);
  auto inserted = run_with(close_attempt_, identity.values(), progress_values(run), std::tuple(outcome_of(run)));
  if (!inserted) return std::unexpected(about(run, std::move(inserted).error()));
  if (*inserted == 1) return count_output(run);
  return std::unexpected(refused(run, "the ledger holds no such open run; the end of its attempt is refused"));
}

Result<void> RunTables::apply(const RunClosed& closed) {
  const Run& run = closed.run;
  VERIFY(!run.is_open());
  const Identity identity(run);
  const std::string params = encode_params(run.params);
  const auto rows =
      TRY(run_with(close_run_, identity.values(), progress_values(run), origin_values(run),
                   decision_values(run, params), std::tuple(checksum_of(run, identity.id()), text(*run.outcome))));
  if (rows != 1) return std::unexpected(refused(run, "the ledger holds no such open run; its end is refused"));
  TRY(count_output(run));
  if (run.slot) TRY(move_mark(run.job, *run.slot));
  if (is_failure(*run.outcome)) TRY(note_failure_.run(run.sequence, run.job.text()));
  if (run.outcome == RunOutcome::succeeded) {
    TRY(note_success_.run(run.job.text(), run.sequence, stored(run.due)));
  }
  return {};
}

Result<void> RunTables::apply(const SlotsDecided& decided) {
  const auto write = [&](Statement& statement) {
    return statement.run(decided.job.text(), stored(decided.slots.first), stored(decided.slots.last),
                         decided.slots.count, stored(decided.era), text(decided.outcome), text(decided.reason),
                         stored(decided.cause), decided.detail);
  };
  if (TRY(write(extend_slots_)) == 0) TRY(write(add_slots_));
  return move_mark(decided.job, {.era = decided.era, .at = decided.slots.last});
}

Result<void> RunTables::count_output(const Run& run) {
  const std::int64_t kept = run.usage.output_bytes - run.usage.output_dropped_bytes;
  if (kept != 0) TRY(count_output_.run(run.sequence, kept));
  return {};
}

Result<void> RunTables::move_mark(const JobName& job, Slot to) {
  TRY(move_mark_.run(job.text(), stored(to.era), stored(to.at)));
  return {};
}

}  // namespace belfry::sqlite
