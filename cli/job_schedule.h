// The schedule of a job, read from the file: the daemon tells its times, and this one can be asked about any others.
#pragma once

#include <memory>
#include <string>

#include <belfry/error.h>
#include <belfry/schedule.h>
#include <belfry/zone.h>

#include <cli/context.h>

namespace belfry::cli {

struct JobSchedule {
  std::string words;  // everything that starts the job
  Schedule schedule;
  std::shared_ptr<const Zone> zone;
};

// Of the file that was named; else of that which the daemon has in force; else of the usual one. not_found: it has no
// such job.
Result<JobSchedule> schedule_of_job(const Context& context, const std::string& name);

}  // namespace belfry::cli
