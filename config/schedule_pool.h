// Schedules that stand in a file more than once, which in a large file is nearly all of them: compiled once, and
// shared.
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include <config/schedules.h>

namespace belfry::config {

class SchedulePool {
 public:
  // As config::compile(). REQUIRES: the text of the list, and its zones, outlive this.
  std::optional<CompiledSchedule> compile(Reader& reader, const ScheduleList& list, const ScheduleSurroundings& around);

 private:
  std::map<std::pair<const Zone*, std::string_view>, CompiledSchedule> known_;
};

}  // namespace belfry::config
