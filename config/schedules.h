// From what stands behind `schedule:` to a Schedule.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <belfry/job.h>
#include <belfry/schedule.h>
#include <belfry/zone.h>

#include <config/schedule_entry.h>
#include <triggers/calendar.h>

namespace belfry::config {

// `calendars:` by name.
using Calendars = std::map<std::string, std::shared_ptr<const Calendar>, std::less<>>;

// What the schedules of a job need of the file around them. REQUIRES: zone is not null.
struct ScheduleSurroundings {
  std::string_view job;
  std::shared_ptr<const Zone> zone;  // the file's
  const Calendars& calendars;
  std::uint64_t salt = 0;  // of this machine, for jitter and spread
};

struct CompiledSchedule {
  Schedule schedule;
  // The triggers that no instant answers for; at most one of each.
  std::optional<MeasuredInterval> measured;
  std::optional<StartupTrigger> startup;
  std::optional<AfterTrigger> after;
  std::string text;                  // as a person wrote it, for lists
  std::shared_ptr<const Zone> zone;  // in which its times are shown
};

// The union of all that is written (S10). Empty: something was wrong, and has been reported.
std::optional<CompiledSchedule> compile(Reader& reader, const ScheduleList& list, const ScheduleSurroundings& around);

}  // namespace belfry::config
