// What jobs wish for and cannot have where the daemon runs: said when a configuration comes into force, and by the
// doctor.
#pragma once

#include <string>
#include <vector>

#include <belfry/job.h>

#include <api/backend.h>
#include <jobs/cgroup_home.h>
#include <jobs/process_bounds.h>

namespace belfry {

struct Machine {
  CgroupFacts cgroups;
  ProcessBounds bounds;
  bool has_journal = true;
};

// One for each kind of wish, with the jobs that have it. Empty: all of them can be met.
std::vector<api::Warning> unmet_wishes(const JobSet& set, const Machine& machine);

}  // namespace belfry
