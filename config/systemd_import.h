// From timers and services of systemd to the text of a schedules.yaml.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <base/zones.h>
#include <config/problem.h>
#include <config/systemd_unit.h>

namespace belfry::config {

struct ImportedUnits {
  std::size_t job_count = 0;
  std::string schedules;          // a good file, unless there is no job
  std::vector<Problem> errors;    // timers that become no job
  std::vector<Problem> warnings;  // what is not carried over
};

// A job for each timer among the units, with the service that it starts.
ImportedUnits import_units(std::span<const Unit> units, ZoneCache& zones);

// The unit that a timer starts: `Unit=`, else the service of the same name.
std::string service_of(const Unit& timer);

}  // namespace belfry::config
