#include <config/schedule_entry.h>

namespace belfry::config {

namespace {

// ---- schedule: ------------------------------------------------------------------------------------------------

constexpr Fields schedule_fields{
    field<&ScheduleEntry::cron>(
        "cron", "A cron line of 5 fields, or 6 with seconds, or 7 with the year; or @daily and its like."),
    field<&ScheduleEntry::every>("every", "An interval such as 90s or 1h30m, on a grid that restarts do not move."),
    field<&ScheduleEntry::on_calendar>("on_calendar", "A line of systemd's calendar grammar: Mon *-*-* 08:00."),
    field<&ScheduleEntry::at>("at", "One instant: 2026-12-01T22:00:00+01:00, or 2026-12-01 22:00 in the zone."),
    field<&ScheduleEntry::on_startup>("on_startup", "Once after each start of the daemon, this much later.",
                                      {.range = {.min = 0}}),
    field<&ScheduleEntry::after>("after", "A job, or a list of jobs, whose runs it follows."),
    field<&ScheduleEntry::measured_from>("measured_from", "The interval begins at the previous run's start or finish.",
                                         {.needs = "every"}),
    field<&ScheduleEntry::when>("when", "Which ends of the other jobs count: success, failure or always.",
                                {.needs = "after", .usual = "success"}),
    field<&ScheduleEntry::delay>("delay", "How long after the other jobs' ends.",
                                 {.needs = "after", .range = {.min = 0}, .usual = "0s"}),
    field<&ScheduleEntry::zone>("timezone", "The zone in which all of this is read; else the file's."),
    field<&ScheduleEntry::dst>("dst", "What a time does that a clock change skips or repeats."),
    field<&ScheduleEntry::from>("from", "The first instant that counts; an interval's grid begins there."),
    field<&ScheduleEntry::until>("until", "The instant from which nothing counts any more."),
    field<&ScheduleEntry::exclude>("exclude", "Calendars on whose days it does not run."),
    field<&ScheduleEntry::only>("only", "Calendars outside of whose days it does not run."),
    field<&ScheduleEntry::jitter>("jitter", "Starts later by up to this, by another distance each time.",
                                  {.usual = "0s"}),
    field<&ScheduleEntry::spread>("spread", "Starts later by up to this, by the same distance each time.",
                                  {.usual = "0s"}),
};

constexpr std::array<std::string_view, 6> schedule_kinds{"cron", "every", "on_calendar", "at", "on_startup", "after"};
constexpr std::array schedule_choices{
    Choice{schedule_kinds, "does not say when", "write  cron: \"30 2 * * *\"  or  every: 5m"},
};

// ---- dst: -----------------------------------------------------------------------------------------------------

constexpr Fields dst_fields{
    field<&DstPolicy::skipped>("skipped", "A time that does not exist: run (right after the gap), shift or skip.",
                               {.usual = "run"}),
    field<&DstPolicy::repeated>("repeated", "A time that comes twice: first, last or both.", {.usual = "first"}),
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
    Translation{"depends_on", "after", {}},
    Translation{"needs", "after", {}},
    Translation{"parent_job", "after", {}},
    Translation{"trigger_rule", "when", {}},
    Translation{"OnCalendar", "on_calendar", {}},
    Translation{"OnBootSec", "on_startup", "write  on_startup: 10s  or, once per boot,  schedule: \"@reboot\""},
    Translation{"OnUnitActiveSec", "every", "write  every: 5m, measured_from: start"},
    Translation{"OnUnitInactiveSec", "every", "write  every: 5m, measured_from: finish"},
    Translation{"RandomizedDelaySec", "jitter", "write  jitter: 20s"},
    Translation{"run_date", "at", {}},
    Translation{"start_date", "from", {}},
    Translation{"end_date", "until", {}},
};

}  // namespace

constinit const Table<DstPolicy> dst_table{dst_fields, {}, {}};
constinit const Table<ScheduleEntry> schedule_table{schedule_fields, schedule_choices, schedule_translations};

void Type<DstPolicy>::merge(Reader& reader, Node node, DstPolicy& policy) {
  if (node.kind() == Kind::map) return read_fields(reader, node, dst_table, policy);
  reader.wrong_type(node, words, "write  { skipped: run, repeated: first }");
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

}  // namespace belfry::config
