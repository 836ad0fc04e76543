// A stretch of slots, divided by what the job's calendars say of them (S10).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <belfry/schedule.h>

namespace belfry {

struct Segment {
  Stretch slots;
  std::optional<std::string> excluded;  // why none of them runs; none: all of them may
};

// The slots of `stretch`, oldest first; neighbours differ. As long as the number of days that the calendars tell apart,
// however many slots there are. REQUIRES: stretch was given by schedule.slots_in().
std::vector<Segment> divide(const Schedule& schedule, const Stretch& stretch);

// A stretch, cut in two: its `count` oldest slots, and the rest if there is any. Work grows with the logarithm of its
// length. REQUIRES: 1 <= count <= stretch.count.
struct Cut {
  Stretch older;
  std::optional<Stretch> rest;
};
Cut cut(const Schedule& schedule, const Stretch& stretch, std::int64_t count);

// The first slot later than t that no calendar excludes. None also when there is none within the next 1,500 days that
// the calendars tell apart: some four years.
std::optional<WallTime> next_allowed(const Schedule& schedule, WallTime t);

}  // namespace belfry
