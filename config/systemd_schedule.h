// When: from a timer to what stands behind `schedule:`.
#pragma once

#include <optional>
#include <string>

#include <config/systemd_conversion.h>

namespace belfry::config {

struct TimerSchedule {
  std::string text;           // with its line end
  bool has_calendar = false;  // times that pass whether or not the machine is on
};

// Nothing: the timer names no time, which has been reported.
std::optional<TimerSchedule> schedule_of(Conversion& unit);

}  // namespace belfry::config
