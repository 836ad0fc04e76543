#include <array>

#include <base/params.h>
#include <base/try.h>
#include <store/sqlite_job_tables.h>
#include <store/sqlite_rows.h>

namespace belfry::sqlite {

namespace {

// Wherever a job's name stands, besides `jobs`. A cause has a space before and after it, which no name contains.
constexpr std::array renamings{
    std::string_view("UPDATE standings SET job = ?2 WHERE job = ?1"),
    std::string_view("UPDATE standings SET causes = replace(causes, ' ' || ?1 || ' ', ' ' || ?2 || ' ') "
                     "WHERE instr(causes, ' ' || ?1 || ' ') > 0"),
    std::string_view("UPDATE backfills SET job = ?2 WHERE job = ?1"),
    std::string_view("UPDATE failures SET of_job = ?2 WHERE of_job = ?1"),
    std::string_view("UPDATE slots SET job = ?2 WHERE job = ?1"),
    std::string_view("UPDATE runs SET job = ?2 WHERE job = ?1 AND outcome IS NOT NULL"),
    std::string_view("UPDATE runs SET job = ?2 WHERE job = ?1 AND outcome IS NULL"),
};

std::string joined(const std::vector<JobName>& names) {
  std::string text;
  for (const auto& name : names) text += " " + name.text() + " ";
  return text;
}

}  // namespace

Result<JobTables> JobTables::prepare(Connection& db) {
  JobTables t;
  t.see_job_ =
      TRY(db.prepare("INSERT INTO jobs (name, first_seen, counts_from, era, schedule, enabled) "
                     "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (name) DO UPDATE SET "
                     "first_seen = excluded.first_seen, counts_from = excluded.counts_from, "
                     "era = excluded.era, schedule = excluded.schedule, enabled = excluded.enabled, removed = 0",
                     "record a job"));
  t.remove_job_ = TRY(db.prepare("UPDATE jobs SET removed = 1 WHERE name = ?1", "remove a job"));
  t.set_standing_ =
      TRY(db.prepare("INSERT OR REPLACE INTO standings (job, paused_since, paused_until, paused_by, pause_reason, "
                     "skip_next, runs_started, failures_in_row, causes, anchor, startup_boot) "
                     "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 WHERE ?1 IN (SELECT name FROM jobs)",
                     "record where a job stands"));
  t.rename_job_ = TRY(
      db.prepare("UPDATE jobs SET name = ?2 WHERE name = ?1 AND ?2 NOT IN (SELECT name FROM jobs)", "rename a job"));
  for (const auto renaming : renamings) t.rename_elsewhere_.push_back(TRY(db.prepare(renaming, "rename a job")));
  t.move_backfill_ =
      TRY(db.prepare("INSERT OR REPLACE INTO backfills (id, job, reached, upto, requested_by, params) "
                     "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                     "record a backfill"));
  t.end_backfill_ = TRY(db.prepare("DELETE FROM backfills WHERE id = ?1", "end a backfill"));
  t.set_interval_time_ =
      TRY(db.prepare("INSERT OR REPLACE INTO interval_time (only_row, at, boot, boot_id) VALUES (1, ?1, ?2, ?3)",
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
