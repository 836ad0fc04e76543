#include <algorithm>

#include <config/sharing.h>
#include <triggers/combine.h>

namespace belfry::config {

void share_with(const JobSet& before, JobSet& set) {
  const std::size_t count = std::min(before.jobs.size(), set.jobs.size());
  for (std::size_t i = 0; i < count; ++i) {
    const Job& old = before.jobs[i];
    Job& job = set.jobs[i];
    if (job.name != old.name) continue;
    job.name = old.name;
    if (are_due_alike(job.schedule, old.schedule)) job.schedule = old.schedule;
  }
}

}  // namespace belfry::config
