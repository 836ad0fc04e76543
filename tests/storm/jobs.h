// The jobs of the storms: each is due ten times a second, puts a mark down when it executes, and ends in a way that is
// known.
#pragma once

#include <string>
#include <vector>

#include <belfry/time.h>

namespace belfry::storm {

inline constexpr Millis period{100};

struct StormJob {
  std::string name;
  std::string policies;
  std::string action;  // %MARK% is a command that puts the mark down, %MARKS% the file of all marks
  int exit_code = 0;
};

// With the overlap policies and missed policies that there are, in turn; they take no time, some, or a while.
inline const StormJob quick{.name = "quick", .policies = "overlap: allow, missed: all", .action = "run: '%MARK%'"};
inline const StormJob failing{
    .name = "failing", .policies = "overlap: skip, missed: latest", .action = "run: '%MARK%; exit 7'", .exit_code = 7};
inline const StormJob slow{.name = "slow",
                           .policies = "overlap: allow, missed: skip",
                           .action = "run: '%MARK%; sleep 0.15; exit 3'",
                           .exit_code = 3};
inline const StormJob queued{
    .name = "queued", .policies = "overlap: queue, missed: latest", .action = "run: '%MARK%; sleep 0.05'"};
inline const StormJob lasting{.name = "lasting",
                              .policies = "overlap: skip, missed: skip",
                              .action = "run: '%MARK%; sleep 1.5; exit 5'",
                              .exit_code = 5};

}  // namespace belfry::storm
