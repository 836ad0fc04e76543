// Whether two sets of jobs mean the same, however they came about.
#pragma once

#include <algorithm>
#include <tuple>

#include <belfry/job.h>

namespace belfry::test {

inline bool is_same(const Job& a, const Job& b) {
  const auto plain = [](const Job& job) {
    return std::tie(job.name, job.was, job.description, job.tags, job.schedule_text, job.zone_name, job.measured,
                    job.startup, job.after, *job.policies, job.action, job.working_dir, job.env, *job.process,
                    job.inputs->params, job.inputs->secrets, job.enabled);
  };
  return plain(a) == plain(b) && a.schedule.normal_form() == b.schedule.normal_form();
}

inline bool is_same(const JobSet& a, const JobSet& b) {
  const auto same_job = [](const Job& x, const Job& y) { return is_same(x, y); };
  const auto same_queue = [](const QueueDefinition& x, const QueueDefinition& y) { return x.name == y.name; };
  return std::ranges::equal(a.jobs, b.jobs, same_job) && std::ranges::equal(a.queues, b.queues, same_queue) &&
         a.revision == b.revision && a.zone_name == b.zone_name;
}

}  // namespace belfry::test
