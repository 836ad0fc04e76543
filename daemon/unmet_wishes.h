// What jobs wish for and cannot have where the daemon runs: said when a configuration comes into force, and by the
// doctor.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <belfry/error.h>
#include <belfry/job.h>
#include <belfry/params.h>

#include <api/backend.h>
#include <jobs/cgroup_home.h>
#include <jobs/process_bounds.h>

namespace belfry {

struct Machine {
  CgroupFacts cgroups;
  ProcessBounds bounds;
  bool has_journal = true;
  // Whether a secret is where it is said to be.
  std::function<Result<void>(const SecretSource&)> look_for_secret = [](const SecretSource&) { return Result<void>{}; };
};

// One for each kind of wish, with the jobs that have it. Empty: all of them can be met.
std::vector<api::Warning> unmet_wishes(const JobSet& set, const Machine& machine);

}  // namespace belfry
