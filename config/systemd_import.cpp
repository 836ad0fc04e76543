#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <config/command_name.h>
#include <config/systemd_action.h>
#include <config/systemd_conversion.h>
#include <config/systemd_import.h>
#include <config/systemd_schedule.h>
#include <config/systemd_settings.h>
#include <config/yaml_text.h>

namespace belfry::config {

namespace {

std::string description_text(Conversion& unit) {
  for (const Unit* one : std::array{&unit.service(), &unit.timer()}) {
    const auto description = one->value("Unit", "Description");
    if (!description || !is_plain_text(*description)) continue;
    return "    description: " + yaml_scalar(*description) + "\n";
  }
  return "";
}

// The job with its name, or nothing: which has been reported.
std::optional<std::string> job_of(Conversion& unit, const std::string& name) {
  const auto schedule = schedule_of(unit);
  const auto action = action_of(unit);
  if (!schedule || !action) return std::nullopt;
  std::string text = description_text(unit) + "    schedule:" + schedule->text;
  // What passes while the machine is off is only made up for if somebody asked for it.
  const bool is_kept = is_yes(unit.timer_value("Persistent"));
  if (schedule->has_calendar) text += is_kept ? "    missed: latest\n" : "    missed: skip\n";
  text += settings_of(unit) + *action;
  unit.drop_what_was_not_looked_at();
  const std::string remark = unit.dropped().empty() ? "" : yaml_comment("Not carried over: " + unit.dropped(), 2);
  return remark + "  " + yaml_scalar(name) + ":\n" + text;
}

const Unit* find_unit(std::span<const Unit> units, const std::string& name) {
  const auto found = std::ranges::find(units, name, &Unit::name);
  return found == units.end() ? nullptr : &*found;
}

}  // namespace

std::string service_of(const Unit& timer) {
  return timer.value("Timer", "Unit").value_or(timer.name().substr(0, timer.name().rfind('.')) + ".service");
}

ImportedUnits import_units(std::span<const Unit> units, ZoneCache& zones) {
  ImportedUnits out;
  std::string jobs;
  DistinctNames names;
  for (const Unit& timer : units) {
    if (!timer.name().ends_with(".timer")) continue;
    const std::string name = names.distinct(name_of_text(timer.name().substr(0, timer.name().rfind('.'))));
    const Unit* const service = find_unit(units, service_of(timer));
    if (service == nullptr) {
      out.errors.push_back({.file = timer.name(),
                            .what = "its service " + service_of(timer) + " is not there",
                            .hint = "name the file of the service as well"});
      continue;
    }
    Conversion unit(timer, *service, zones, out);
    const auto job = job_of(unit, name);
    if (!job) continue;
    jobs += "\n" + *job;
    ++out.job_count;
  }
  for (auto* problems : {&out.errors, &out.warnings}) {
    for (Problem& problem : *problems) {
      for (std::string* text : {&problem.file, &problem.what, &problem.hint, &problem.excerpt})
        *text = printable(std::move(*text));
    }
  }
  out.schedules = "# From timers of systemd.\nversion: 1\n\njobs:" + jobs;
  return out;
}

}  // namespace belfry::config
