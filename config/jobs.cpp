#include <algorithm>
#include <utility>

#include <base/ascii.h>
#include <base/text.h>
#include <config/jobs.h>
#include <config/placeholder_check.h>

namespace belfry::config {

namespace {

std::optional<Action> action_of(Reader& reader, JobEntry& entry, Node job, const CallableScope& callables) {
  if (entry.call) return call_of(reader, {.name = entry.call, .with = entry.with, .job = job}, callables);
  if (entry.command) return std::move(*entry.command);
  if (!entry.run) return std::nullopt;
  entry.run->shell = entry.shell.value_or(Script::Shell::sh);
  return std::move(*entry.run);
}

// From the name of a queue to its policies. The queue `default` need not be defined.
void settle_queue(Reader& reader, JobEntry& entry, std::span<const QueueDefinition> queues) {
  if (!entry.queue) return;
  const MarkedText wanted = *std::exchange(entry.queue, std::nullopt);
  const auto known = std::ranges::find(queues, wanted.text, [](const auto& queue) { return queue.name.str(); });
  if (known != queues.end()) {
    entry.policies.queue = known->name;
    return;
  }
  entry.policies.queue = std::string(wanted.text);
  if (wanted.text == "default") return;
  std::vector<std::string_view> names;
  for (const QueueDefinition& queue : queues) names.push_back(queue.name.str());
  const auto near = nearest(wanted.text, names);
  reader.error(wanted.node, "there is no queue " + quote(wanted.text),
               near ? "did you mean " + quote(*near) + "?"
                    : "define it at the top of the file:  queues: { name: { concurrency: 1 } }");
}

// S21: submissions to a job that only people start are bounded by its queue, and nobody wants to lose one.
bool is_by_hand(const CompiledSchedule& schedule) {
  return schedule.schedule.is_manual() && !schedule.measured && !schedule.startup && !schedule.after;
}

OverlapPolicy usual_overlap(const CompiledSchedule& schedule) {
  return {.action = is_by_hand(schedule) ? OverlapPolicy::Action::allow : OverlapPolicy::Action::skip,
          .max_running = {}};
}

// Nobody is there to ask when the schedule starts it.
void check_nothing_is_missing(Reader& reader, const JobEntry& entry, const CompiledSchedule& schedule) {
  if (is_by_hand(schedule)) return;
  for (const ParamEntry& param : entry.params) {
    if (!param.definition.is_required) continue;
    reader.error(param.key,
                 "parameter " + quote(param.key.text()) + " is required, and the job's schedule has nobody to ask",
                 "give it a default, or start the job by hand only:  schedule: manual");
  }
}

std::shared_ptr<const JobInputs> inputs_of(Reader& reader, const Entry& job, JobEntry& entry,
                                           const FileSurroundings& file) {
  JobInputs inputs;
  if (may_have_placeholders(entry)) {
    PlaceholderCheck check(reader, entry.params, file.secrets);
    check.check(job.value, file.defaults_map);
    inputs.secrets = check.secrets();
  }
  for (ParamEntry& param : entry.params) inputs.params.push_back(std::move(param.definition));
  if (inputs.params.empty() && inputs.secrets.empty()) return no_inputs();
  std::vector<Param> usual;
  for (const ParamDefinition& definition : inputs.params) {
    if (definition.fallback) usual.push_back({.name = definition.name, .value = *definition.fallback});
  }
  inputs.usual = Params(std::move(usual));
  return std::make_shared<const JobInputs>(std::move(inputs));
}

void note_references(References& references, const JobEntry& entry) {
  if (entry.was) references.add_was(*entry.was);
  if (!entry.schedule) return;
  for (const ScheduleEntry& schedule : entry.schedule->entries) {
    if (!schedule.after) continue;
    for (const MarkedText& other : schedule.after->jobs) references.add_after(other);
  }
}

std::optional<JobName> name_of(const std::optional<MarkedText>& text) {
  if (!text) return std::nullopt;
  const auto name = JobName::parse(text->text);
  return name ? std::optional(*name) : std::nullopt;  // a bad one is reported by References
}

// Where the key stands, or the job's name if it is inherited.
Node place_of(const Entry& job, std::string_view key) {
  const auto own = job.value.entry(key);
  return own ? own->value : job.key;
}

// Found here and not when the job is due (S29): at two in the morning nobody is there to mend it.
void refuse_others(Reader& reader, const Entry& job, const ProcessEntry& process, const OwnAccount& own) {
  const auto refuse = [&](std::string_view key, const std::string& wanted, const std::string& ours) {
    reader.error(place_of(job, key),
                 reader.subject() + " wants the " + std::string(key) + " " + quote(wanted) +
                     ", but the daemon runs as " + quote(ours) + " and may take on no other",
                 cure_for_others);
  };
  if (process.user && process.user->name != own.user && process.user->name != own.uid) {
    refuse("user", process.user->name, own.user);
  }
  if (process.group && process.group->name != own.group && process.group->name != own.gid) {
    refuse("group", process.group->name, own.group);
  }
}

// The name with what it may not hold replaced.
std::string hint_for_name(std::string_view name) {
  std::string allowed;
  for (const char c : name) {
    const bool fits = is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
    if (fits || (!allowed.empty() && !allowed.ends_with('-'))) allowed += fits ? c : '-';
  }
  while (!allowed.empty() && allowed.back() == '-') allowed.pop_back();
  return JobName::parse(allowed) ? "write  " + allowed + ":" : "";
}

}  // namespace

JobEntry read_defaults(Reader& reader, Node map, std::span<const QueueDefinition> queues) {
  JobEntry entry;
  const Reader::Scope scope(reader, "'defaults'", map);
  read_fields(reader, map, job_table, entry, MapOf::defaults);
  settle_queue(reader, entry, queues);
  return entry;
}

std::optional<Job> read_job(Reader& reader, const Entry& entry, const FileSurroundings& file, Shared& shared) {
  shared.references.add_job(entry.key.text());
  auto name = JobName::parse(entry.key.text());
  if (!name) reader.error(entry.key, name.error().what, hint_for_name(entry.key.text()));
  const Reader::Scope scope(reader, "job " + quote(entry.key.text()), entry.key);
  reader.set_key(entry.key.text());
  if (entry.value.kind() != Kind::map) {
    reader.wrong_type(entry.value, "a map with 'schedule' and 'run'",
                      "below a job's name each key has a line of its own, a colon and a blank:  schedule: every 5m");
    return std::nullopt;
  }

  JobEntry keys = file.defaults;
  read_fields(reader, entry.value, job_table, keys);
  note_references(shared.references, keys);
  settle_queue(reader, keys, file.queues);
  auto inputs = inputs_of(reader, entry, keys, file);
  if (file.only_as) refuse_others(reader, entry, keys.process, *file.only_as);
  if (!keys.schedule) return std::nullopt;
  auto schedule = shared.schedules.compile(
      reader, *keys.schedule,
      {.job = entry.key.text(), .zone = file.zone, .calendars = file.calendars, .salt = file.salt});
  auto action = action_of(reader, keys, entry.value, file.callables);
  if (!name || !schedule || !action) return std::nullopt;

  check_nothing_is_missing(reader, keys, *schedule);
  keys.policies.overlap = keys.overlap.value_or(usual_overlap(*schedule));
  if (keys.unique) keys.policies.unique = keys.unique->young;
  Job job{.name = std::move(*name),
          .was = name_of(keys.was),
          .description = std::move(keys.description),
          .tags = std::move(keys.tags),
          .schedule = std::move(schedule->schedule),
          .schedule_text = std::move(schedule->text),
          .zone_name = schedule->zone->name(),
          .measured = schedule->measured,
          .startup = schedule->startup,
          .after = std::move(schedule->after),
          .policies = shared.policies.share(keys.policies),
          .action = std::move(*action),
          .env = std::move(keys.env),
          .process = shared.processes.share(settings_of(keys.process)),
          .inputs = std::move(inputs),
          .enabled = keys.enabled};
  if (keys.working_dir) job.working_dir = std::move(keys.working_dir->text);
  if (shared.linter) shared.linter->job(reader, entry.key, *keys.schedule, job);
  return job;
}

}  // namespace belfry::config
