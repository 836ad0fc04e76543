// The claim on the run directory (jobs/run_directory.h). Holding it is the right to execute the job; there is only one,
// ever.
#pragma once

#include <stdint.h>
#include <sys/types.h>

namespace belfry::minder {

class Claim {
 public:
  // Makes ready what take() needs, in the minder. 0, or an errno.
  int prepare();

  // The process that is to take it is about to be made.
  void expect_process();

  // 0: it is ours. EEXIST: recovery was here first, and nothing may execute. Else an errno: it could not be written.
  // `job` is the process that takes it, or 0 when the start has failed already.
  int take(const char* boot, pid_t job);

  // Notes in the claim that the job executes.
  void note_executing(uint64_t wall_ms);

 private:
  int fd_ = -1;
  pid_t minder_ = 0;
  uint64_t minder_start_ = 0;
  uint64_t process_made_after_ms_ = 0;
};

}  // namespace belfry::minder
