#include <utility>

#include <config/jobs.h>
#include <triggers/parse.h>

namespace belfry::config {

namespace {

struct Compiled {
  Schedule schedule;
  std::string text;
};

// The triggers point into the text of the expression; the reader of the message looks at the file.
std::optional<Compiled> check(Reader& reader, const MarkedText& source, Parsed<Schedule> parsed) {
  if (parsed) return Compiled{std::move(*parsed), std::string(source.text)};
  reader.error_inside(source.node, parsed.error().offset, std::move(parsed.error().what),
                      std::move(parsed.error().hint));
  return std::nullopt;
}

std::optional<Compiled> compile(Reader& reader, const ScheduleEntry& entry, const ScheduleContext& context) {
  if (entry.text) return check(reader, *entry.text, parse_schedule(entry.text->text, context));
  if (entry.cron) return check(reader, *entry.cron, parse_cron(entry.cron->text, context));
  if (!entry.every) return std::nullopt;
  auto compiled = check(reader, *entry.every, parse_every(entry.every->text));
  if (compiled) compiled->text.insert(0, "every ");
  return compiled;
}

std::optional<Action> action_of(JobEntry& entry) {
  if (entry.command) return std::move(*entry.command);
  if (!entry.run) return std::nullopt;
  entry.run->shell = entry.shell.value_or(Script::Shell::sh);
  return std::move(*entry.run);
}

}  // namespace

std::optional<Job> read_job(Reader& reader, const Entry& entry, const std::shared_ptr<const Zone>& file_zone) {
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
  const auto& zone = keys.schedule->zone ? keys.schedule->zone : file_zone;
  auto schedule = compile(reader, *keys.schedule, {.zone = zone, .job = entry.key.text()});
  auto action = action_of(keys);
  if (!name || !schedule || !action) return std::nullopt;

  Job job{.name = std::move(*name),
          .description = std::move(keys.description),
          .tags = std::move(keys.tags),
          .schedule = std::move(schedule->schedule),
          .schedule_text = std::move(schedule->text),
          .zone_name = zone->name(),
          .action = std::move(*action),
          .env = std::move(keys.env),
          .enabled = keys.enabled};
  if (keys.working_dir) job.working_dir = std::move(keys.working_dir->text);
  return job;
}

}  // namespace belfry::config
