#include <algorithm>

#include <config/sharing.h>

namespace belfry::config {

void share_with(const JobSet& before, JobSet& set) {
  const std::size_t count = std::min(before.jobs.size(), set.jobs.size());
  for (std::size_t i = 0; i < count; ++i) {
    const Job& old = before.jobs[i];
    Job& job = set.jobs[i];
    if (job.name != old.name) continue;
    job.name = old.name;
    const bool is_shared = job.schedule.rules() == old.schedule.rules();
    if (!is_shared && job.schedule.normal_form() == old.schedule.normal_form()) job.schedule = old.schedule;
  }
}

}  // namespace belfry::config
