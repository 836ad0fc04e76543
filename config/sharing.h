// What a configuration has in common with the one before it.
#pragma once

#include <belfry/job.h>

namespace belfry::config {

// Jobs that stand where they stood share their names, and the schedules that are due alike, with the set before. So
// whoever compares the two sees at a glance what nobody edited, and it is in memory once.
void share_with(const JobSet& before, JobSet& set);

}  // namespace belfry::config
