// A look at every job, some at a time: between two pieces the loop does what is due, so that no start waits for
// somebody who asks about a hundred thousand jobs.
#pragma once

#include <functional>
#include <memory>

#include <api/call.h>

namespace belfry::api {

struct JobWalk {
  std::function<void()> begin;              // from the first job on; again if the file was read in between
  std::function<void(JobView view)> visit;  // each job, in file order; its pointers hold until `end` is over
  // `kept` holds what the views point to. Null: they hold only until this returns.
  std::function<void(std::shared_ptr<const JobSet> kept)> end;

  static constexpr std::size_t jobs_at_once = 200;
};

// Calls `end` later, or at once where there are few jobs.
void walk_jobs(const Call& call, JobWalk walk);

}  // namespace belfry::api
