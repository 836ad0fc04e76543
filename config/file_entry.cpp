#include <base/text.h>
#include <config/file_entry.h>

namespace belfry::config {

namespace {

constexpr FieldOptions main_file_only{.inherit = Inherit::no};

constexpr Fields file_fields{
    field<&FileEntry::version>("version", "The version of this format: 1.", {.usual = "1"}),
    field<&FileEntry::zone>("timezone", "The zone of every schedule that names none; else the system's.",
                            main_file_only),
    field<&FileEntry::include>("include", "More files with jobs, calendars and queues: names, or patterns with *.",
                               main_file_only),
    field<&FileEntry::ignore_warnings>("ignore_warnings", "Warnings of 'belfry validate' to leave out, by name.",
                                       main_file_only),
    field<&FileEntry::calendars>("calendars", "Named sets of days, for 'exclude' and 'only'."),
    field<&FileEntry::queues>("queues", "Named bounds that jobs share: how many of them may run at the same time."),
    field<&FileEntry::secrets>("secrets", "Where the secrets are kept that jobs name as ${secret:name}."),
    field<&FileEntry::plugins>("plugins", "Shared objects that bring more callables along: absolute paths.",
                               main_file_only),
    field<&FileEntry::daemon>("daemon", "The daemon itself; a change takes effect when it is started again.",
                              main_file_only),
    field<&FileEntry::defaults>("defaults", "What every job inherits; a job's own key wins.", main_file_only),
    field<&FileEntry::jobs>("jobs", "The jobs, by name."),
};

constexpr std::array<std::string_view, 1> jobs_key{"jobs"};
constexpr std::array file_choices{
    Choice{jobs_key, "has no 'jobs'", no_jobs_hint},
};

constexpr std::string_view manifest_hint = "write  jobs: { hello: { schedule: \"30 2 * * *\", run: date } }";
constexpr std::string_view mail_hint = "nothing is mailed: what a job writes is kept, and  belfry logs JOB  shows it";

constexpr std::array file_translations{
    Translation{"tz", "timezone", {}},
    Translation{"includes", "include", {}},
    Translation{"imports", "include", {}},
    Translation{"timeZone", "timezone", {}},
    Translation{"schedules", "jobs", {}},
    Translation{"default", "defaults", {}},
    Translation{"pools", "queues", {}},
    Translation{"tasks", "jobs", {}},
    Translation{"services", "jobs", {}},
    Translation{"job", "jobs", {}},
    Translation{"cronjobs", "jobs", {}},
    Translation{"CRON_TZ", "timezone", {}},
    Translation{"TZ", "timezone", {}},
    Translation{"beat_schedule", "jobs", {}},
    Translation{"apiVersion", "jobs", manifest_hint},
    Translation{"kind", "jobs", manifest_hint},
    Translation{"spec", "jobs", manifest_hint},
    Translation{"metadata", "jobs", "a job's name is the key above it:  jobs: { backup: { ... } }"},
    Translation{"env", "defaults", "write  defaults: { env: { NAME: value } }"},
    Translation{"environment", "defaults", "write  defaults: { env: { NAME: value } }"},
    Translation{"PATH", "defaults", "write  defaults: { env: { PATH: /usr/bin:/bin } }"},
    Translation{"HOME", "defaults", "write  defaults: { working_dir: /srv }"},
    Translation{"SHELL", "defaults", "write  defaults: { shell: bash }"},
    Translation{"MAILTO", "", mail_hint},
    Translation{"MAILFROM", "", mail_hint},
    Translation{"successfulJobsHistoryLimit", "daemon", "write  daemon: { keep: { runs: 3 } }"},
    Translation{"failedJobsHistoryLimit", "daemon", "write  daemon: { keep: { runs: 3 } }"},
};

constexpr Fields queue_fields{
    field<&QueueDefinition::concurrency>("concurrency", "How many runs may be on at the same time.",
                                         {.range = {.min = 1, .max = 100'000}, .none = None::known}),
    field<&QueueDefinition::max_waiting>("max_waiting", "How many may wait; beyond it slots are skipped.",
                                         {.range = {.min = 0, .max = 1'000'000}, .usual = "10000"}),
    field<&QueueDefinition::start_rate>("start_rate", "How many may start in one second.",
                                        {.range = {.min = 1, .max = 100'000}, .none = None::known}),
};
constexpr std::array queue_translations{
    Translation{"max_running", "concurrency", {}}, Translation{"slots", "concurrency", {}},
    Translation{"size", "concurrency", {}},        Translation{"limit", "concurrency", {}},
    Translation{"workers", "concurrency", {}},     Translation{"rate", "start_rate", {}},
};

constexpr Fields keep_fields{
    field<&KeepEntry::runs>("runs", "How many runs of each job are kept once they are over.",
                            {.range = {.min = 1, .max = 1'000'000}, .usual = "200"}),
    field<&KeepEntry::all_runs>("all_runs", "How many of all jobs together; those with most of them give up first.",
                                {.range = {.min = 100, .max = 100'000'000}, .usual = "1000000"}),
    field<&KeepEntry::age>("for", "How long what is recorded is kept.", {.range = {.min = 60'000}, .usual = "90d"}),
    field<&KeepEntry::output>("output", "How much output is kept, of all jobs together; the oldest goes first.",
                              {.range = {.min = 0}, .usual = "1GiB"}),
};
constexpr std::array keep_translations{
    Translation{"age", "for", {}},
    Translation{"older_than", "for", {}},
    Translation{"days", "for", "write  for: 90d"},
    Translation{"count", "runs", {}},
    Translation{"max", "runs", {}},
    Translation{"logs", "output", {}},
    Translation{"bytes", "output", {}},
};

constexpr Fields daemon_fields{
    field<&DaemonSettings::listen>("listen", "Where questions are taken; --listen wins over it."),
    field<&DaemonSettings::state>("state", "The directory of the ledger and of output; --state wins over it."),
    field<&DaemonSettings::limits, &DaemonLimits::max_running>(
        "max_running", "How many runs may be on at the same time.",
        {.range = {.min = 1, .max = 100'000}, .none = None::known, .usual = "100"}),
    field<&DaemonSettings::limits, &DaemonLimits::start_rate>(
        "start_rate", "How many may start in one second.", {.range = {.min = 1, .max = 100'000}, .none = None::known}),
    field<&DaemonSettings::limits, &DaemonLimits::catch_up_spacing>(
        "catch_up_spacing", "The pause between the first catch-ups of different jobs.",
        {.range = {.min = 0, .max = 3'600'000}, .usual = "200ms"}),
    field<&DaemonSettings::salt>("salt", "A text in place of the machine's id: jitter and spread follow from it."),
    field<&DaemonSettings::wait_for_clock>("wait_for_clock",
                                           "How long a start waits when the clock cannot be right; 0s: not at all.",
                                           {.range = {.min = 0, .max = 3'600'000}, .usual = "1m"}),
    field<&DaemonSettings::on_stop>(
        "on_stop", "What becomes of running jobs when the daemon stops: leave, wait 90s or kill.", {.usual = "leave"}),
    field<&DaemonSettings::keep>("keep", "How much of the past is kept: runs, their records and their output."),
};

}  // namespace

constinit const Table<QueueDefinition> queue_table{queue_fields, {}, queue_translations};
constinit const Table<KeepEntry> keep_table{keep_fields, {}, keep_translations};
constinit const Table<DaemonSettings> daemon_table{daemon_fields, {}, {}};
constinit const Table<FileEntry> file_table{file_fields, file_choices, file_translations,
                                            "a job goes below  jobs:  and further indented than it"};

std::optional<std::vector<CalendarEntry>> Type<std::vector<CalendarEntry>>::read(Reader& reader, Node node) {
  if (node.kind() != Kind::map) {
    reader.wrong_type(node, words, "write  { holidays: [01-01, 12-25] }");
    return std::nullopt;
  }
  std::vector<CalendarEntry> calendars;
  for (const Entry& entry : node.entries()) {
    reader.set_key(entry.key.text(), "the calendar");
    auto calendar = std::make_shared<Calendar>(std::string(entry.key.text()));
    for (const MarkedText& days :
         Type<std::vector<MarkedText>>::read(reader, entry.value).value_or(std::vector<MarkedText>{})) {
      if (auto added = calendar->add(days.text); !added) {
        reader.error_inside(days.node, added.error().offset, std::move(added.error().what),
                            std::move(added.error().hint));
      }
    }
    calendars.push_back({entry.key, std::move(calendar)});
  }
  return calendars;
}

std::optional<std::vector<QueueEntry>> Type<std::vector<QueueEntry>>::read(Reader& reader, Node node) {
  if (node.kind() != Kind::map) {
    reader.wrong_type(node, words, "write  { database: { concurrency: 1 } }");
    return std::nullopt;
  }
  std::vector<QueueEntry> queues;
  for (const Entry& entry : node.entries()) {
    if (!JobName::parse(entry.key.text())) {
      reader.error(entry.key, quote(entry.key.text()) + " cannot be the name of a queue",
                   "use letters, digits, '.', '_' and '-', and begin with a letter or a digit");
    }
    const Reader::Scope scope(reader, "queue " + quote(entry.key.text()), entry.key);
    reader.set_key(entry.key.text(), "the queue");
    QueueDefinition queue{.name = std::string(entry.key.text()), .concurrency = {}, .start_rate = {}};
    if (entry.value.kind() == Kind::map) {
      read_fields(reader, entry.value, queue_table, queue);
    } else {
      reader.wrong_type(entry.value, "a map such as { concurrency: 1 }");
    }
    queues.push_back({entry.key, std::move(queue)});
  }
  return queues;
}

std::optional<StateSetting> Type<StateSetting>::read(Reader& reader, Node node) {
  auto path = Type<Path>::read(reader, node);
  return path ? std::optional(StateSetting{std::move(path->text)}) : std::nullopt;
}

// sun_path of a Unix socket, with its NUL.
constexpr std::size_t socket_path_max = 107;

std::optional<ListenSetting> Type<ListenSetting>::read(Reader& reader, Node node) {
  constexpr std::string_view scheme = "unix:";
  const auto addresses = Type<std::vector<MarkedText>>::read(reader, node);
  if (!addresses) return std::nullopt;
  if (addresses->size() != 1) {
    reader.set_part({});
    reader.error(
        node, reader.value_name() + " must be " + std::string(words) + ", not of " + std::to_string(addresses->size()),
        "write  [\"unix:/run/belfry/belfry.sock\"]");
    return std::nullopt;
  }
  const MarkedText& address = addresses->front();
  const std::string_view path = address.text.substr(std::min(scheme.size(), address.text.size()));
  if (!address.text.starts_with(scheme) || !path.starts_with('/')) {
    reader.error(address.node, quote(address.text) + " is no address: this version listens on a Unix socket",
                 "write  \"unix:/run/belfry/belfry.sock\"");
    return std::nullopt;
  }
  if (path.size() > socket_path_max) {
    reader.error(address.node, "the path of a socket has at most " + std::to_string(socket_path_max) + " bytes", "");
    return std::nullopt;
  }
  return ListenSetting{std::string(address.text)};
}

std::optional<OnStopSetting> Type<OnStopSetting>::read(Reader& reader, Node node) {
  const auto text = read_text(reader, node, words);
  if (!text) return std::nullopt;
  if (*text == "leave") return OnStopSetting{.what = OnStop::leave};
  if (*text == "kill") return OnStopSetting{.what = OnStop::kill};
  if (text->starts_with("wait ")) {
    const auto duration = parse_duration(trim(text->substr(5)));
    if (duration) return OnStopSetting{.what = OnStop::wait, .wait = *duration};
    reader.error_inside(node, 5, duration.error().what, {});
    return std::nullopt;
  }
  reader.wrong_type(node, words, *text == "wait" ? "write  wait 90s" : "");
  return std::nullopt;
}

void Type<Keep>::merge(Reader& reader, Node node, Keep& keep) {
  if (node.kind() != Kind::map) return reader.wrong_type(node, words);
  const Reader::Scope scope(reader, "'keep' of 'daemon'", node);
  KeepEntry entry{.runs = keep.runs, .all_runs = keep.all_runs, .age = keep.age, .output = {keep.output_bytes}};
  read_fields(reader, node, keep_table, entry);
  keep = {.runs = entry.runs, .all_runs = entry.all_runs, .age = entry.age, .output_bytes = entry.output.bytes};
}

void Type<DaemonSettings>::merge(Reader& reader, Node node, DaemonSettings& settings) {
  if (node.kind() != Kind::map) return reader.wrong_type(node, words);
  const Reader::Scope scope(reader, "'daemon'", node);
  read_fields(reader, node, daemon_table, settings);
}

std::optional<DefaultsMap> Type<DefaultsMap>::read(Reader& reader, Node node) {
  if (node.kind() == Kind::map) return DefaultsMap{node};
  reader.wrong_type(node, words, "write  { timeout: 1h, missed: latest }");
  return std::nullopt;
}

std::optional<JobList> Type<JobList>::read(Reader& reader, Node node) {
  if (node.kind() != Kind::map && node.kind() != Kind::null) {
    reader.wrong_type(node, words, "write each job as  name: { schedule: ..., run: ... }");
    return std::nullopt;
  }
  return JobList{node};
}

}  // namespace belfry::config
