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
    field<&ScheduleEntry::on_calendar>("on_calendar", "A line of systemd's calendar grammar: Mon *-*-* 08:00."),
    field<&ScheduleEntry::at>("at", "One instant: 2026-12-01T22:00:00+01:00, or 2026-12-01 22:00 in the zone."),
    field<&ScheduleEntry::zone>("timezone", "The zone in which all of this is read; else the file's."),
    field<&ScheduleEntry::dst>("dst", "What a time does that a clock change skips or repeats."),
    field<&ScheduleEntry::from>("from", "The first instant that counts; an interval's grid begins there."),
    field<&ScheduleEntry::until>("until", "The instant from which nothing counts any more."),
    field<&ScheduleEntry::exclude>("exclude", "Calendars on whose days it does not run."),
    field<&ScheduleEntry::only>("only", "Calendars outside of whose days it does not run."),
    field<&ScheduleEntry::jitter>("jitter", "Starts later by up to this, by another distance each time."),
    field<&ScheduleEntry::spread>("spread", "Starts later by up to this, by the same distance each time."),
};

constexpr std::array<std::string_view, 4> schedule_kinds{"cron", "every", "on_calendar", "at"};
constexpr std::array schedule_choices{
    Choice{schedule_kinds, "does not say when", "write  cron: \"30 2 * * *\"  or  every: 5m"},
};

// ---- dst: -----------------------------------------------------------------------------------------------------

constexpr Fields dst_fields{
    field<&DstPolicy::skipped>("skipped", "A time that does not exist: run (right after the gap), shift or skip."),
    field<&DstPolicy::repeated>("repeated", "A time that comes twice: first, last or both."),
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
    field<&FileEntry::calendars>("calendars", "Named sets of days, for 'exclude' and 'only'."),
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

constinit const Table<DstPolicy> dst_table{dst_fields, {}, {}};
constinit const Table<ScheduleEntry> schedule_table{schedule_fields, schedule_choices, schedule_translations};
constinit const Table<JobEntry> job_table{job_fields, job_choices, job_translations};
constinit const Table<FileEntry> file_table{file_fields, file_choices, file_translations,
                                            "a job goes below  jobs:  and further indented than it"};

std::optional<DstPolicy> Type<DstPolicy>::read(Reader& reader, Node node) {
  if (node.kind() != Kind::map) {
    reader.wrong_type(node, words, "write  { skipped: run, repeated: first }");
    return std::nullopt;
  }
  DstPolicy policy;
  read_fields(reader, node, dst_table, policy);
  return policy;
}

std::optional<ScheduleList> Type<ScheduleList>::read(Reader& reader, Node node) {
  ScheduleList list;
  const auto add = [&](Node one) {
    ScheduleEntry entry;
    if (one.kind() == Kind::map) {
      const Reader::Scope scope(reader, "the schedule of " + reader.subject(), one);
      read_fields(reader, one, schedule_table, entry);
    } else if (one.kind() == Kind::scalar) {
      entry.text = Type<MarkedText>::read(reader, one);
    } else {
      reader.wrong_type(one, words);
    }
    list.entries.push_back(std::move(entry));
  };
  if (node.kind() != Kind::list) {
    add(node);
    return list;
  }
  for (const Node one : node.items()) add(one);
  if (!list.entries.empty()) return list;
  reader.error(node, "the list of schedules is empty", "write  schedule: manual  for a job that is only run by hand");
  return std::nullopt;
}

std::optional<Calendars> Type<Calendars>::read(Reader& reader, Node node) {
  if (node.kind() != Kind::map) {
    reader.wrong_type(node, words, "write  { holidays: [01-01, 12-25] }");
    return std::nullopt;
  }
  Calendars calendars;
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
    calendars.emplace(std::string(entry.key.text()), std::move(calendar));
  }
  return calendars;
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
