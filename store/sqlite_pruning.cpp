#include <algorithm>
#include <string>

#include <base/try.h>
#include <base/verify.h>
#include <store/sqlite_checksums.h>
#include <store/sqlite_pruning.h>
#include <store/sqlite_rows.h>

namespace belfry::sqlite {

namespace {

// A step must not hold a commit up: what a row costs is three or four pages that nothing else touches, to be synced in
// the log, and then at home. Where a sync takes 2 ms and 100 MB/s, 32 rows delayed starts by 18 ms, 8 by 12.
constexpr std::size_t rows_per_step = 8;
constexpr std::size_t jobs_per_step = 64;

// What is kept of a run's output, of its last attempt and of those before it.
constexpr std::string_view output_of_last = "output_bytes - output_dropped_bytes";
constexpr std::string_view output_of_others =
    "(SELECT coalesce(sum(output_bytes - output_dropped_bytes), 0) FROM attempts WHERE attempts.sequence = ";

std::string without_output_of(const std::string& run) {
  return "value - (SELECT " + std::string(output_of_last) + " FROM runs WHERE sequence = " + run + ") - " +
         std::string(output_of_others) + run + ")";
}

// Wherever a run leaves something. ?1 is its sequence.
std::vector<std::string> run_remains() {
  return {
      "UPDATE kv SET " + set_clause(kv_table, {{"value", without_output_of("?1")}}) +
          " WHERE key = 'output_bytes' AND ?1 > (SELECT value FROM kv WHERE key = 'output_pruned_upto')",
      "DELETE FROM attempts WHERE sequence = ?1",
      "DELETE FROM failures WHERE run = ?1",
      "DELETE FROM keyed_runs WHERE run = ?1",
      "DELETE FROM runs WHERE sequence = ?1",
  };
}

}  // namespace

struct Pruning::Budget {
  WallTime cutoff;        // what is older than this has had its time
  std::size_t runs_kept;  // of each job
  std::size_t rows = rows_per_step;
  Pruned pruned{};
};

Result<Pruning> Pruning::prepare(Connection& db) {
  Pruning p;
  p.jobs_from_ = TRY(db.prepare("SELECT name FROM jobs WHERE name >= ?1 ORDER BY name LIMIT ?2", "prune"));
  // Apart, each end is found at once; together they would be looked for in all rows.
  p.span_of_runs_ = TRY(db.prepare(
      "SELECT coalesce((SELECT max(sequence) FROM runs) - (SELECT min(sequence) FROM runs) + 1, 0)", "prune"));
  p.count_runs_ =
      TRY(db.prepare("SELECT count(*) FROM runs INDEXED BY runs_closed_by_job "
                     "WHERE outcome IS NOT NULL AND job = ?1",
                     "prune a job's runs"));
  p.run_bounds_ =
      TRY(db.prepare("SELECT (SELECT sequence FROM runs INDEXED BY runs_closed_by_job WHERE outcome IS NOT NULL "
                     "AND job = ?1 ORDER BY sequence DESC LIMIT 1 OFFSET ?2), (SELECT max(sequence) FROM runs "
                     "INDEXED BY runs_closed_by_job WHERE outcome IS NOT NULL AND job = ?1)",
                     "prune a job's runs"));
  p.oldest_runs_ =
      TRY(db.prepare("SELECT sequence, id, era, slot, opened FROM runs INDEXED BY runs_closed_by_job "
                     "WHERE outcome IS NOT NULL AND job = ?1 ORDER BY sequence LIMIT ?2",
                     "prune a job's runs"));
  p.slot_bound_ =
      TRY(db.prepare("SELECT (SELECT first FROM slots INDEXED BY slots_by_first WHERE job = ?1 "
                     "ORDER BY first DESC LIMIT 1 OFFSET ?2), pruned_era, pruned_upto FROM jobs WHERE name = ?1",
                     "prune a job's slots"));
  p.oldest_slots_ =
      TRY(db.prepare("SELECT number, first, era, last FROM slots INDEXED BY slots_by_first WHERE job = ?1 "
                     "ORDER BY first LIMIT ?2",
                     "prune a job's slots"));
  p.move_pruned_upto_ =
      TRY(db.prepare("UPDATE jobs SET " + set_clause(jobs_table, {{"pruned_era", "?2"}, {"pruned_upto", "?3"}}) +
                         " WHERE name = ?1 "
                         "AND (pruned_era IS NULL OR (pruned_era, pruned_upto) < (?2, ?3))",
                     "note what is pruned"));
  for (const auto& remains : run_remains()) p.forget_run_.push_back(TRY(db.prepare(remains, "prune a run")));
  p.forget_slots_ = TRY(db.prepare("DELETE FROM slots WHERE number = ?1", "prune slots"));
  p.next_output_ = TRY(db.prepare(
      "SELECT sequence, id, " + std::string(output_of_last) + " + " + std::string(output_of_others) +
          "runs.sequence), outcome FROM runs "
          "WHERE sequence > (SELECT value FROM kv WHERE key = 'output_pruned_upto') ORDER BY sequence LIMIT ?1",
      "prune output"));
  p.output_kept_ = TRY(db.prepare("SELECT value FROM kv WHERE key = 'output_bytes'", "read how much output is kept"));
  p.give_output_up_ = TRY(
      db.prepare("UPDATE kv SET " +
                     set_clause(kv_table, {{"value", "(CASE key WHEN 'output_bytes' THEN value - ?2 ELSE ?1 END)"}}) +
                     " WHERE key IN ('output_bytes', 'output_pruned_upto')",
                 "prune output"));
  return p;
}

Result<Pruned> Pruning::step(const Keep& keep, WallTime now) {
  before_ = {.next_job = next_job_, .share = share_, .counts = counts_};
  if (next_job_.empty()) TRY(begin_pass(keep));
  Budget budget{.cutoff = now - keep.age, .runs_kept = runs_kept_};
  std::vector<std::string> names;
  {
    Rows rows = jobs_from_.query(next_job_, jobs_per_step + 1);
    while (TRY(rows.next())) names.push_back(rows.text());
  }
  std::size_t done = 0;
  for (; done < std::min(names.size(), jobs_per_step); ++done) {
    TRY(prune_runs(names[done], budget));
    TRY(prune_slots(names[done], budget));
    if (budget.rows == 0) break;  // this job may have more
    if (counts_runs_) TRY(count_runs(names[done]));
  }
  const bool at_the_end = done == names.size();
  next_job_ = at_the_end ? "" : names[done];
  if (at_the_end) TRY(prune_output(keep, budget));
  const bool needs_another_pass = at_the_end && end_pass(keep);
  budget.pruned.more = !at_the_end || budget.rows == 0 || needs_another_pass;
  return std::move(budget.pruned);
}

void Pruning::undo_step() {
  next_job_ = before_.next_job;
  share_ = before_.share;
  counts_ = std::move(before_.counts);
}

Result<void> Pruning::begin_pass(const Keep& keep) {
  counts_.clear();
  runs_kept_ = std::min(keep.runs, share_);
  Rows rows = span_of_runs_.query();
  const bool has_row = TRY(rows.next());
  VERIFY(has_row);
  counts_runs_ = share_ == share_unlimited && static_cast<std::size_t>(rows.integer()) > keep.all_runs;
  return {};
}

// Whether another pass has to follow.
bool Pruning::end_pass(const Keep& keep) {
  share_ = counts_runs_ ? fair_share(std::move(counts_), keep.all_runs) : share_unlimited;
  counts_.clear();
  return share_ != share_unlimited;
}

Result<void> Pruning::count_runs(const std::string& job) {
  Rows rows = count_runs_.query(job);
  const bool has_row = TRY(rows.next());
  VERIFY(has_row);
  counts_.push_back(static_cast<std::size_t>(rows.integer()));
  return {};
}

// The oldest closed runs of a job that are too many or too old; never the newest, which the snapshot needs.
Result<void> Pruning::prune_runs(const std::string& job, Budget& budget) {
  const auto [too_many_upto, newest] = TRY(run_bounds(job, budget.runs_kept));
  std::vector<std::int64_t> gone;
  std::optional<Slot> upto;
  {
    Rows rows = oldest_runs_.query(job, budget.rows);
    while (TRY(rows.next())) {
      const std::int64_t sequence = rows.integer();
      const RunId id = TRY(read_run_id(rows));
      const auto slot = read_slot_or_null(rows);
      const bool is_too_old = wall_time(rows.integer()) < budget.cutoff;
      if (sequence == newest || (sequence > too_many_upto && !is_too_old)) break;
      gone.push_back(sequence);
      budget.pruned.runs.push_back(id);
      upto = std::max(upto, slot);
    }
  }
  for (const auto sequence : gone) TRY(forget_run(sequence));
  budget.rows -= gone.size();
  return note_pruned(job, upto);
}

Result<Pruning::RunBounds> Pruning::run_bounds(const std::string& job, std::size_t kept) {
  Rows rows = run_bounds_.query(job, kept);
  const bool has_row = TRY(rows.next());
  VERIFY(has_row);
  const std::int64_t too_many_upto = rows.integer_or_null().value_or(0);
  return RunBounds{.too_many_upto = too_many_upto, .newest = rows.integer_or_null().value_or(0)};
}

Result<void> Pruning::forget_run(std::int64_t sequence) {
  for (Statement& remains : forget_run_) TRY(remains.run(sequence));
  return {};
}

// With a run go the slots before it. Rows without any run near are too many or too old like runs.
Result<void> Pruning::prune_slots(const std::string& job, Budget& budget) {
  const auto [too_many_upto, pruned_upto] = TRY(slot_bounds(job, budget.runs_kept));
  std::vector<std::int64_t> gone;
  std::optional<Slot> upto;
  {
    Rows rows = oldest_slots_.query(job, budget.rows);
    while (TRY(rows.next())) {
      const std::int64_t number = rows.integer();
      const std::int64_t first = rows.integer();
      const auto last = read_slot_or_null(rows);
      const bool is_of_the_past = last->at < budget.cutoff || last <= pruned_upto;
      if (!is_of_the_past && !(too_many_upto && first <= *too_many_upto)) break;
      gone.push_back(number);
      upto = std::max(upto, last);
    }
  }
  for (const auto number : gone) TRY(forget_slots_.run(number));
  budget.rows -= gone.size();
  return note_pruned(job, upto);
}

Result<Pruning::SlotBounds> Pruning::slot_bounds(const std::string& job, std::size_t kept) {
  Rows rows = slot_bound_.query(job, kept);
  const bool has_row = TRY(rows.next());
  VERIFY(has_row);
  const auto too_many_upto = rows.integer_or_null();
  return SlotBounds{.too_many_upto = too_many_upto, .pruned_upto = read_slot_or_null(rows)};
}

Result<void> Pruning::note_pruned(const std::string& job, const std::optional<Slot>& upto) {
  if (upto) TRY(move_pruned_upto_.run(job, stored(upto->era), stored(upto->at)));
  return {};
}

// The oldest output, of whatever job, until the rest is within the limit. A run that is open now is passed over: its
// output goes with its record.
Result<void> Pruning::prune_output(const Keep& keep, Budget& budget) {
  std::int64_t kept = 0;
  {
    Rows rows = output_kept_.query();
    const bool has_row = TRY(rows.next());
    VERIFY(has_row);
    kept = rows.integer();
  }
  std::int64_t given_up = 0;
  std::int64_t upto = 0;
  Rows rows = next_output_.query(budget.rows);
  while (kept - given_up > keep.output_bytes && TRY(rows.next())) {
    upto = rows.integer();
    const RunId id = TRY(read_run_id(rows));
    const std::int64_t bytes = rows.integer();
    --budget.rows;
    if (!rows.text_or_null() || bytes == 0) continue;
    budget.pruned.outputs.push_back(id);
    given_up += bytes;
  }
  if (upto != 0) TRY(give_output_up_.run(upto, given_up));
  return {};
}

}  // namespace belfry::sqlite
