// What a fixed time does on the two days of the year that are not like the others (S14).
#pragma once

#include <cstdint>

namespace belfry {

// A time that does not exist, because the clock is put forward over it.
enum class SkippedTime : std::uint8_t {
  run,    // at the first instant after the gap
  shift,  // later by the gap's length
  skip,   // not at all that day
};

// A time that exists twice, because the clock is put back over it.
enum class RepeatedTime : std::uint8_t { first, last, both };

struct DstPolicy {
  SkippedTime skipped = SkippedTime::run;
  RepeatedTime repeated = RepeatedTime::first;

  bool operator==(const DstPolicy&) const = default;
};

}  // namespace belfry
