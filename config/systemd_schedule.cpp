#include <algorithm>
#include <vector>

#include <base/text.h>
#include <config/systemd_schedule.h>
#include <config/systemd_words.h>
#include <config/yaml_text.h>
#include <triggers/parse.h>

namespace belfry::config {

namespace {

using Schedules = std::vector<std::string>;  // each as the inside of a map in one line

// Only times that are known beforehand can be spread.
std::string delay_text(const Conversion& unit) {
  const auto delay = unit.timer_value("RandomizedDelaySec");
  const auto span = delay ? parse_systemd_span(*delay) : std::nullopt;
  if (!span || *span == Millis{0}) return "";
  const bool is_fixed = is_yes(unit.timer_value("FixedRandomDelay"));
  return std::string(is_fixed ? ", spread: " : ", jitter: ") + format_duration(*span);
}

void add_calendars(Conversion& unit, Schedules& schedules) {
  for (const UnitAssignment& line : unit.timer_values("OnCalendar")) {
    const ScheduleContext context{.zone = Zone::utc(), .job = "job", .zone_named = [&](std::string_view name) {
                                    return unit.zones().find(name);
                                  }};
    if (const auto parsed = parse_calendar(line.value, context); !parsed) {
      unit.drop(line, parsed.error().what, parsed.error().hint);
      continue;
    }
    schedules.push_back("on_calendar: " + yaml_scalar(line.value) + delay_text(unit));
  }
}

// A schedule has one of each kind.
void add_spans(Conversion& unit, Schedules& schedules) {
  struct Row {
    std::string_view key;
    std::string ours;
    std::string behind;
  };
  std::vector<std::string> kinds;
  for (const auto& [key, ours, behind] :
       {Row{"OnBootSec", "on_startup: ", ""}, Row{"OnStartupSec", "on_startup: ", ""},
        Row{"OnActiveSec", "on_startup: ", ""}, Row{"OnUnitActiveSec", "every: ", ", measured_from: start"},
        Row{"OnUnitInactiveSec", "every: ", ", measured_from: finish"}}) {
    for (const UnitAssignment& line : unit.timer_values(key)) {
      const auto span = parse_systemd_span(line.value);
      const bool is_first = std::ranges::find(kinds, ours) == kinds.end();
      if (!span || !is_first || (*span < Millis{100} && ours == "every: ")) {
        unit.drop(line, !span ? quote(line.value) + " is no span of time" : "a job has one schedule of this kind",
                  "look at it again");
        continue;
      }
      kinds.push_back(ours);
      schedules.push_back(ours + format_duration(*span) + behind);
      if (ours == "on_startup: ") {
        unit.warn(line,
                  key == "OnBootSec" ? "it is counted from the daemon's start, and not from the machine's"
                                     : "it is counted from each start of the daemon",
                  "once per boot is  schedule: \"@reboot\"");
      }
    }
  }
}

}  // namespace

std::optional<TimerSchedule> schedule_of(Conversion& unit) {
  Schedules schedules;
  add_calendars(unit, schedules);
  const bool has_calendar = !schedules.empty();
  add_spans(unit, schedules);
  for (const std::string_view key : {"OnClockChange", "OnTimezoneChange", "WakeSystem"}) {
    for (const UnitAssignment& line : unit.timer_values(key)) {
      if (is_yes(line.value)) unit.drop(line, "there is nothing like " + std::string(key) + " here", "");
    }
  }
  for (const UnitAssignment& line : unit.timer_values("AccuracySec")) {
    unit.warn(line, "a job starts at its instant, to the millisecond", "to spread the load write  jitter:");
  }
  if (const auto delays = unit.timer_values("RandomizedDelaySec"); !delays.empty() && !has_calendar) {
    unit.drop(delays.back(), "an interval that is measured from the last run has no jitter", "");
  }
  if (schedules.empty()) {
    unit.fail("it says no time at which a job could be due", "OnCalendar, OnBootSec, OnUnitActiveSec");
    return std::nullopt;
  }
  if (schedules.size() == 1) return TimerSchedule{" { " + schedules.front() + " }\n", has_calendar};
  std::string text = "\n";
  for (const std::string& schedule : schedules) text += "      - { " + schedule + " }\n";
  return TimerSchedule{text, has_calendar};
}

}  // namespace belfry::config
