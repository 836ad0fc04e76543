// What a change of the time zone database does to jobs whose definitions stay as they are (S15). Pure.
#pragma once

#include <string>
#include <vector>

#include <belfry/job.h>

namespace belfry {

// The jobs that come next at another time after `now` than before: "noon: 2026-03-01T11:00:00Z, was
// 2026-03-01T10:00:00Z". REQUIRES: both are of the same texts.
std::vector<std::string> moved_jobs(const JobSet& before, const JobSet& after, WallTime now);

}  // namespace belfry
