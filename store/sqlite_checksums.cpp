#include <algorithm>
#include <array>

#include <base/text.h>
#include <base/try.h>
#include <store/sqlite_checksums.h>

namespace belfry::sqlite {

const CheckedTable kv_table{.name = "kv", .key = "key", .columns = "key, value"};
const CheckedTable jobs_table{
    .name = "jobs",
    .key = "name",
    .columns =
        "name, first_seen, counts_from, era, enabled, schedule, removed, mark_era, mark, success_run, "
        "success_due, pruned_era, pruned_upto"};
const CheckedTable standings_table{
    .name = "standings",
    .key = "job",
    .columns =
        "job, paused_since, paused_until, paused_by, pause_reason, skip_next, runs_started, failures_in_row, "
        "causes, anchor, startup_boot"};
const CheckedTable backfills_table{
    .name = "backfills", .key = "id", .columns = "id, job, reached, upto, requested_by, params"};
const CheckedTable interval_time_table{
    .name = "interval_time", .key = "only_row", .columns = "only_row, at, boot, boot_id"};
const CheckedTable runs_table{
    .name = "runs",
    .key = "sequence",
    .columns =
        "sequence, id, job, era, slot, nominal, due, opened, trigger, cause, cause_job, requested_by, key, "
        "revision, stands_for, attempt, launch, uncounted, boot, queue, priority, ignores_overlap, not_before, "
        "stop, stop_by, state, outcome, reason, detail, started, finished, exit_code, signal, cpu_user_us, "
        "cpu_system_us, memory_peak_bytes, output_bytes, is_unique, params, output_dropped_bytes, leftovers, "
        "containment, progress_percent, progress_message, progress_at, result"};
const CheckedTable attempts_table{
    .name = "attempts",
    .key = "sequence, attempt",
    .columns =
        "sequence, attempt, launch, uncounted, boot, stop, stop_by, state, outcome, reason, detail, started, "
        "finished, exit_code, signal, cpu_user_us, cpu_system_us, memory_peak_bytes, output_bytes, "
        "output_dropped_bytes, leftovers, containment, progress_percent, progress_message, progress_at, result"};
const CheckedTable slots_table{
    .name = "slots", .key = "number", .columns = "job, era, first, last, count, outcome, reason, cause, detail"};
const CheckedTable events_table{
    .name = "events", .key = "number", .columns = "at, kind, since, until, job, run, who, detail"};

namespace {

// `value` gives the expression that stands for a column.
template <class Value>
std::string checksum_with(const CheckedTable& table, Value value) {
  std::string arguments;
  for (const auto part : split(table.columns, ',')) {
    arguments += (arguments.empty() ? "" : ", ") + value(trim(part));
  }
  return "belfry_checksum(" + arguments + ")";
}

std::string given_or(const std::vector<Given>& given, std::string_view column, std::string_view otherwise) {
  const auto found = std::ranges::find(given, column, &Given::column);
  return found == given.end() ? std::string(otherwise) : found->expression;
}

}  // namespace

std::span<const CheckedTable* const> checked_tables() {
  static constexpr std::array all{&kv_table,        &jobs_table,          &standings_table,
                                  &backfills_table, &interval_time_table, &runs_table,
                                  &attempts_table,  &slots_table,         &events_table};
  return all;
}

std::string checksum_of(const CheckedTable& table, std::string_view prefix) {
  return checksum_with(table, [&](std::string_view column) { return std::string(prefix) + std::string(column); });
}

std::string is_intact(const CheckedTable& table, std::string_view prefix) {
  return std::string(prefix) + "checksum IS " + checksum_of(table, prefix);
}

std::string checksum_given(const CheckedTable& table, const std::vector<Given>& given) {
  return checksum_with(table, [&](std::string_view column) { return given_or(given, column, column); });
}

std::string set_clause(const CheckedTable& table, const std::vector<Given>& given) {
  std::string clause;
  for (const Given& one : given) clause += std::string(one.column) + " = " + one.expression + ", ";
  return clause + "checksum = " + checksum_given(table, given);
}

std::string values_clause(const CheckedTable& table, const std::vector<Given>& given) {
  std::string columns = "(";
  std::string values = "VALUES (";
  for (const Given& one : given) {
    columns += std::string(one.column) + ", ";
    values += one.expression + ", ";
  }
  return columns + "checksum) " + values +
         checksum_with(table, [&](std::string_view column) { return given_or(given, column, "NULL"); }) + ")";
}

Result<void> seal(Connection& db, const CheckedTable& table) {
  return db.execute("UPDATE " + std::string(table.name) + " SET checksum = " + checksum_of(table),
                    "put checksums on what is there");
}

Result<std::optional<std::string>> find_damaged_row(Connection& db, const CheckedTable& table) {
  const std::string key = std::string(split(table.key, ',').front());
  Statement question = TRY(db.prepare("SELECT CAST(" + key + " AS TEXT) FROM " + std::string(table.name) +
                                          " NOT INDEXED WHERE NOT (" + is_intact(table) + ") LIMIT 1",
                                      "check the rows"));
  Rows rows = question.query();
  if (!TRY(rows.next())) return std::nullopt;
  return std::string(table.name) + " " + rows.text();
}

}  // namespace belfry::sqlite
