// What the minder states for good: the claim, and the exit record (jobs/run_directory.h has their formats).
#pragma once

#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <jobs/minder/held_job.h>

namespace belfry::minder {

// The claim on the run directory. Holding it is the right to execute the job; there is only one, ever.
class Claim {
 public:
  // 0: it is ours. EEXIST: recovery was here first, and nothing may execute. Else errno: it could not be written.
  // `job` is 0 when the start has failed already.
  int take(const char* boot, pid_t job);

  // Notes in the claim that the job executes.
  void note_executing(uint64_t wall_ms);

 private:
  int fd_ = -1;
};

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
