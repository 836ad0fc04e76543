// What is allowed and still may not be what somebody meant. For `belfry validate` and `belfry explain`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <triggers/parse.h>

namespace belfry {

struct Lint {
  enum class Kind {
    leap_years_only,  // every slot is on a 29 February
    uneven_step,      // `*/7` of minutes: the last pause of each hour is shorter
    either_day,       // day of month and weekday both say something: either is enough
    quartz_weekday,   // `?` and a weekday by number: Quartz counts from 1, cron from 0
    dst_change,       // one of the next two changes of the clock moves, drops or repeats a slot
    utc_day,          // `every: 1d` is midnight UTC, `1w` a Thursday (S8)
  };
  Kind kind{};
  std::string what;
  std::string hint;
};

// The facts about a schedule string that parses; in the order of `Kind`. REQUIRES: parse_schedule(text) succeeds.
std::vector<Lint> lint_schedule(std::string_view text, const ScheduleContext& context, WallTime now);

// The same for a period of `every:`.
std::vector<Lint> lint_interval(Millis period);

}  // namespace belfry
