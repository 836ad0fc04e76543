// The difference between two configurations.
#pragma once

#include <vector>

#include <belfry/job.h>
#include <belfry/job_change.h>

namespace belfry::config {

// What becomes other jobs when `after` follows `before`: added and changed ones in the order of `after`, then removed
// ones. A job that `was` another is a change of that one. The next times are those after `now`. Pure.
std::vector<JobChange> difference(const JobSet& before, const JobSet& after, WallTime now);

}  // namespace belfry::config
