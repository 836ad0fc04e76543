#include <config/entries.h>

namespace belfry::config {

namespace {

constexpr std::string_view no_jobs_hint =
    "an empty file never means to delete every job: write  jobs:  and below it  hello: { schedule: every 30s, "
    "run: date }";

// ---- schedule: ------------------------------------------------------------------------------------------------

constexpr Fields schedule_fields{
    field<&ScheduleEntry::cron>(
        "cron", "A cron line of 5 fields, or 6 with seconds, or 7 with the year; or @daily and its like."),
    field<&ScheduleEntry::every>("every", "An interval such as 90s or 1h30m, on a grid that restarts do not move."),
    field<&ScheduleEntry::zone>("timezone", "The zone in which the cron line is read; else the file's."),
};

constexpr std::array<std::string_view, 2> schedule_kinds{"cron", "every"};
constexpr std::array schedule_choices{
    Choice{schedule_kinds, "does not say when", "write  cron: \"30 2 * * *\"  or  every: 5m"},
};

constexpr std::array schedule_translations{
    Translation{"crontab", "cron", {}},
    Translation{"expression", "cron", {}},
    Translation{"interval", "every", "write  every: 5m"},
    Translation{"seconds", "every", "write  every: 30s"},
    Translation{"minutes", "every", "write  every: 5m"},
    Translation{"hours", "every", "write  every: 2h"},
    Translation{"tz", "timezone", {}},
    Translation{"timeZone", "timezone", {}},
    Translation{"time_zone", "timezone", {}},
    Translation{"zone", "timezone", {}},
};

// ---- a job ----------------------------------------------------------------------------------------------------

constexpr Fields job_fields{
    field<&JobEntry::description>("description", "What the job is for, in one line."),
    field<&JobEntry::tags>("tags", "Words by which jobs are selected."),
    field<&JobEntry::schedule>("schedule", "When the job is due: a cron line, @daily, every 15m, manual, or a map."),
    field<&JobEntry::run>("run", "A script for the shell."),
    field<&JobEntry::shell>("shell", "The shell of 'run': sh -eu, or bash -eu -o pipefail.", {.needs = "run"}),
    field<&JobEntry::command>("command", "A program and its arguments; no shell is involved."),
    field<&JobEntry::working_dir>("working_dir", "Where it runs; else the home of the user it runs as."),
    field<&JobEntry::env>("env", "Environment variables for the job."),
    field<&JobEntry::enabled>("enabled", "false: not started by its schedule, only by hand."),
};

constexpr std::array<std::string_view, 2> actions{"run", "command"};
constexpr std::array<std::string_view, 1> schedule_key{"schedule"};
constexpr std::array job_choices{
    Choice{schedule_key, "has no 'schedule'",
           "write  schedule: every 5m  or, to start it only by hand,  schedule: manual"},
    Choice{actions, "does not say what to run", "write  run: a shell script  or  command: [program, argument]"},
};

constexpr std::string_view zone_hint = "write  schedule: { cron: \"30 2 * * *\", timezone: Europe/Berlin }";
constexpr std::string_view argv_hint = "write the program and its arguments as one list:  command: [program, argument]";
constexpr std::string_view run_hint = "write a script as 'run', or a list as 'command'";

constexpr std::array job_translations{
    Translation{"cmd", "run", run_hint},
    Translation{"exec", "run", run_hint},
    Translation{"script", "run", {}},
    Translation{"args", "command", argv_hint},
    Translation{"entrypoint", "command", argv_hint},
    Translation{"cron", "schedule", "write  schedule: \"30 2 * * *\"  or  schedule: { cron: \"30 2 * * *\" }"},
    Translation{"crontab", "schedule", "write  schedule: \"30 2 * * *\""},
    Translation{"every", "schedule", "write  schedule: every 5m"},
    Translation{"interval", "schedule", "write  schedule: every 5m"},
    Translation{"seconds", "schedule", "write  schedule: every 30s"},
    Translation{"minutes", "schedule", "write  schedule: every 5m"},
    Translation{"hours", "schedule", "write  schedule: every 2h"},
    Translation{"trigger", "schedule", {}},
    Translation{"timezone", "", zone_hint},
    Translation{"tz", "", zone_hint},
    Translation{"timeZone", "", zone_hint},
    Translation{"environment", "env", {}},
    Translation{"cwd", "working_dir", {}},
    Translation{"dir", "working_dir", {}},
    Translation{"workdir", "working_dir", {}},
    Translation{"working-directory", "working_dir", {}},
    Translation{"disabled", "enabled", "write  enabled: false"},
    Translation{"suspend", "enabled", "write  enabled: false"},
    Translation{"labels", "tags", {}},
    Translation{"name", "", "a job's name is the key above it:  jobs: { backup: { ... } }"},
};

// ---- the file -------------------------------------------------------------------------------------------------

constexpr Fields file_fields{
    field<&FileEntry::version>("version", "The version of this format: 1."),
    field<&FileEntry::zone>("timezone", "The zone of every schedule that names none; else the system's."),
    field<&FileEntry::jobs>("jobs", "The jobs, by name."),
};

constexpr std::array<std::string_view, 1> jobs_key{"jobs"};
constexpr std::array file_choices{
    Choice{jobs_key, "has no 'jobs'", no_jobs_hint},
};

constexpr std::array file_translations{
    Translation{"tz", "timezone", {}}, Translation{"timeZone", "timezone", {}}, Translation{"schedules", "jobs", {}},
    Translation{"tasks", "jobs", {}},  Translation{"services", "jobs", {}},     Translation{"job", "jobs", {}},
};

}  // namespace

constinit const Table<ScheduleEntry> schedule_table{schedule_fields, schedule_choices, schedule_translations};
constinit const Table<JobEntry> job_table{job_fields, job_choices, job_translations};
constinit const Table<FileEntry> file_table{file_fields, file_choices, file_translations,
                                            "a job goes below  jobs:  and further indented than it"};

std::optional<ScheduleEntry> Type<ScheduleEntry>::read(Reader& reader, Node node) {
  ScheduleEntry entry;
  if (node.kind() == Kind::map) {
    const Reader::Scope scope(reader, "the schedule of " + reader.subject(), node);
    read_fields(reader, node, schedule_table, entry);
    return entry;
  }
  if (node.kind() != Kind::scalar) {
    reader.wrong_type(node, words);
    return std::nullopt;
  }
  entry.text = Type<MarkedText>::read(reader, node);
  return entry;
}

std::optional<JobList> Type<JobList>::read(Reader& reader, Node node) {
  if (node.kind() == Kind::null || (node.kind() == Kind::map && node.entries().empty())) {
    reader.error(node, "'jobs' names no job", std::string(no_jobs_hint));
    return std::nullopt;
  }
  if (node.kind() != Kind::map) {
    reader.wrong_type(node, words, "write each job as  name: { schedule: ..., run: ... }");
    return std::nullopt;
  }
  return JobList{node};
}

}  // namespace belfry::config
