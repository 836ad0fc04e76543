#include <string>
#include <vector>

#include <base/params.h>
#include <base/try.h>
#include <store/sqlite_checksums.h>
#include <store/sqlite_job_tables.h>
#include <store/sqlite_rows.h>

namespace belfry::sqlite {

namespace {

// Wherever a job's name stands, besides `jobs`: ?1 becomes ?2. A cause has a space before and after it, which no name
// contains. Open and closed runs are indexed apart.
std::vector<std::string> renamings() {
  const auto update = [](const CheckedTable& table, std::string_view column, const std::string& expression,
                         const std::string& condition) {
    return "UPDATE " + std::string(table.name) + " SET " + set_clause(table, {{column, expression}}) + " WHERE " +
           condition;
  };
  return {
      update(standings_table, "job", "?2", "job = ?1"),
      update(standings_table, "causes", "replace(causes, ' ' || ?1 || ' ', ' ' || ?2 || ' ')",
             "instr(causes, ' ' || ?1 || ' ') > 0"),
      update(backfills_table, "job", "?2", "job = ?1"),
      "UPDATE failures SET of_job = ?2 WHERE of_job = ?1",
      update(slots_table, "job", "?2", "job = ?1"),
      update(events_table, "job", "?2", "job = ?1"),
      update(runs_table, "job", "?2", "job = ?1 AND outcome IS NOT NULL"),
      update(runs_table, "job", "?2", "job = ?1 AND outcome IS NULL"),
  };
}

std::string joined(const std::vector<JobName>& names) {
  std::string text;
  for (const auto& name : names) text += " " + name.text() + " ";
  return text;
}

}  // namespace

Result<JobTables> JobTables::prepare(Connection& db) {
  JobTables t;
  const std::vector<Given> sight{{"name", "?1"},     {"first_seen", "?2"}, {"counts_from", "?3"}, {"era", "?4"},
                                 {"schedule", "?5"}, {"enabled", "?6"},    {"removed", "0"},      {"success_run", "0"}};
  const std::vector<Given> new_sight{
      {"first_seen", "excluded.first_seen"}, {"counts_from", "excluded.counts_from"}, {"era", "excluded.era"},
      {"schedule", "excluded.schedule"},     {"enabled", "excluded.enabled"},         {"removed", "0"}};
  t.see_job_ = TRY(db.prepare("INSERT INTO jobs " + values_clause(jobs_table, sight) +
                                  " ON CONFLICT (name) DO UPDATE SET " + set_clause(jobs_table, new_sight),
                              "record a job"));
  t.remove_job_ = TRY(
      db.prepare("UPDATE jobs SET " + set_clause(jobs_table, {{"removed", "1"}}) + " WHERE name = ?1", "remove a job"));
  t.set_standing_ =
      TRY(db.prepare("INSERT OR REPLACE INTO standings (job, paused_since, paused_until, paused_by, pause_reason, "
                     "skip_next, runs_started, failures_in_row, causes, anchor, startup_boot, checksum) "
                     "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
                     "belfry_checksum(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) "
                     "WHERE ?1 IN (SELECT name FROM jobs)",
                     "record where a job stands"));
  t.rename_job_ = TRY(db.prepare("UPDATE jobs SET " + set_clause(jobs_table, {{"name", "?2"}}) +
                                     " WHERE name = ?1 AND ?2 NOT IN (SELECT name FROM jobs)",
                                 "rename a job"));
  for (const auto& renaming : renamings()) t.rename_elsewhere_.push_back(TRY(db.prepare(renaming, "rename a job")));
  t.move_backfill_ =
      TRY(db.prepare("INSERT OR REPLACE INTO backfills " + values_clause(backfills_table, {{"id", "?1"},
                                                                                           {"job", "?2"},
                                                                                           {"reached", "?3"},
                                                                                           {"upto", "?4"},
                                                                                           {"requested_by", "?5"},
                                                                                           {"params", "?6"}}),
                     "record a backfill"));
  t.end_backfill_ = TRY(db.prepare("DELETE FROM backfills WHERE id = ?1", "end a backfill"));
  t.set_interval_time_ = TRY(db.prepare(
      "INSERT OR REPLACE INTO interval_time " +
          values_clause(interval_time_table, {{"only_row", "1"}, {"at", "?1"}, {"boot", "?2"}, {"boot_id", "?3"}}),
      "record the interval time"));
  return t;
}

Result<void> JobTables::apply(const JobSeen& seen) {
  TRY(see_job_.run(seen.job.text(), stored(seen.first_seen), stored(seen.counts_from), stored(seen.era),
                   seen.schedule_normal_form, seen.enabled));
  return {};
}

Result<void> JobTables::apply(const JobStanding& standing) {
  const Pause pause = standing.pause.value_or(Pause{});
  const auto since = standing.pause.transform([](const Pause& p) { return stored(p.since); });
  const auto startup_boot =
      standing.startup_boot ? std::optional(std::string_view(standing.startup_boot->text)) : std::nullopt;
  TRY(set_standing_.run(standing.job.text(), since, stored(pause.until), pause.by, pause.reason, standing.skip_next,
                        standing.runs_started, standing.failures_in_row, joined(standing.causes),
                        stored(standing.anchor), startup_boot));
  return {};
}

Result<void> JobTables::apply(const JobRenamed& renamed) {
  const std::string& from = renamed.from.text();
  const std::string& to = renamed.to.text();
  if (TRY(rename_job_.run(from, to)) != 1) {
    return std::unexpected(Error::failed("job " + from + " cannot be renamed to " + to +
                                         ": the ledger does not hold the first, or holds the second already"));
  }
  for (Statement& rename : rename_elsewhere_) TRY(rename.run(from, to));
  return {};
}

Result<void> JobTables::apply(const JobRemoved& removed) {
  TRY(remove_job_.run(removed.job.text()));
  return {};
}

Result<void> JobTables::apply(const BackfillMoved& moved) {
  const Backfill& backfill = moved.backfill;
  TRY(move_backfill_.run(backfill.id, backfill.job.text(), stored(backfill.reached), stored(backfill.upto),
                         backfill.requested_by, encode_params(backfill.params)));
  return {};
}

Result<void> JobTables::apply(const BackfillEnded& ended) {
  TRY(end_backfill_.run(ended.id));
  return {};
}

Result<void> JobTables::apply(const IntervalTime& time) {
  TRY(set_interval_time_.run(stored(time.at), time.boot.time_since_epoch().count(), time.boot_id.text.str()));
  return {};
}

}  // namespace belfry::sqlite
