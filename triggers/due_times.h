// The next times of a schedule, with what there is to say about each. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <belfry/schedule.h>

namespace belfry {

struct DueTime {
  WallTime at;
  std::string note;  // "02:30 does not exist that day: ..."; empty: nothing to say
};

// At most `count`, later than `after`.
std::vector<DueTime> due_times(const Schedule& schedule, WallTime after, std::size_t count);

}  // namespace belfry
