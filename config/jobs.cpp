#include <utility>

#include <config/jobs.h>
#include <config/schedules.h>

namespace belfry::config {

namespace {

std::optional<Action> action_of(JobEntry& entry) {
  if (entry.command) return std::move(*entry.command);
  if (!entry.run) return std::nullopt;
  entry.run->shell = entry.shell.value_or(Script::Shell::sh);
  return std::move(*entry.run);
}

}  // namespace

std::optional<Job> read_job(Reader& reader, const Entry& entry, const FileSurroundings& file) {
  auto name = JobName::parse(entry.key.text());
  if (!name) reader.error(entry.key, name.error().what);
  const Reader::Scope scope(reader, "job " + quote(entry.key.text()), entry.key);
  reader.set_key(entry.key.text());
  if (entry.value.kind() != Kind::map) {
    reader.wrong_type(entry.value, "a map with 'schedule' and 'run'");
    return std::nullopt;
  }

  JobEntry keys;
  read_fields(reader, entry.value, job_table, keys);
  if (!keys.schedule) return std::nullopt;
  auto schedule = compile(reader, *keys.schedule,
                          {.job = entry.key.text(), .zone = file.zone, .calendars = file.calendars, .salt = file.salt});
  auto action = action_of(keys);
  if (!name || !schedule || !action) return std::nullopt;

  Job job{.name = std::move(*name),
          .description = std::move(keys.description),
          .tags = std::move(keys.tags),
          .schedule = std::move(schedule->schedule),
          .schedule_text = std::move(schedule->text),
          .zone_name = schedule->zone->name(),
          .action = std::move(*action),
          .env = std::move(keys.env),
          .enabled = keys.enabled};
  if (keys.working_dir) job.working_dir = std::move(keys.working_dir->text);
  return job;
}

}  // namespace belfry::config
