// How a bound on the runs of all jobs together is shared among them.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

namespace belfry {

inline constexpr std::size_t share_unlimited = std::numeric_limits<std::size_t>::max();

// How many runs each job may keep so that all together keep at most `all`: the jobs with most of them give up first.
// Never less than one, and share_unlimited where nothing has to go.
std::size_t fair_share(std::vector<std::size_t> runs_of_jobs, std::size_t all);

}  // namespace belfry
