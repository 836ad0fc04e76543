// What the minder states for good: the exit record, and how far the job is (jobs/run_directory.h has the formats).
#pragma once

#include <stdint.h>
#include <sys/resource.h>

#include <jobs/minder/spec.h>
#include <jobs/minder/start_failure.h>

namespace belfry::minder {

struct ExitRecord {
  StartFailure failure;   // if set, the job never executed, and status means nothing
  const char* path = "";  // what the failed call was about
  int status = 0;         // as wait() gave it
  struct rusage usage = {};
  uint64_t started_ms = 0;
  uint64_t finished_ms = 0;
  uint64_t output_bytes = 0;
  uint64_t output_dropped = 0;
  int truncated_errno = 0;  // why output could not be written; 0: it could
  bool by_request = false;
  Limit limit = Limit::none;  // it has ended the job
  uint64_t oom_kills = 0;
  bool has_cgroup = false;
  const char* unlimited = "";
  int leftovers = 0;
  bool complete = true;
};

// Puts it in place of an older one, whole or not at all. False if it could not be written.
bool write_exit_record(const ExitRecord& record);

// Puts what the job said of how far it is in place of what it said before. False if it could not be written.
bool write_progress(const char* text, uint64_t wall_ms);

}  // namespace belfry::minder
