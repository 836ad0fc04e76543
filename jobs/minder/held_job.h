// The job's process: forked and held, then released to exec or discarded.
#pragma once

#include <sys/types.h>

#include <jobs/minder/spec.h>
#include <jobs/minder/start_failure.h>

namespace belfry::minder {

// The descriptors that become the job's 0, 1 and 2. input -1: its 0 is the minder's own. REQUIRES: each other one is
// above 2, or what it becomes.
struct JobStreams {
  int input;
  int output;
  int errors;
};

class HeldJob {
 public:
  // Forks. The new process leads a group of its own and waits; it executes nothing before release(). If the minder dies
  // first, it exits. After a failure it may be called again.
  StartFailure fork_held(const Spec& spec, JobStreams streams);

  pid_t pid() const { return pid_; }

  // Lets it exec. What comes of it is read from result_fd().
  void release();

  // Ends it without exec, and waits for that.
  void discard();

  // Readable when exec has succeeded or failed.
  int result_fd() const { return result_fd_; }

  // GUARANTEES: call is none if exec succeeded, or if the process died before it could say anything.
  StartFailure read_result();

 private:
  pid_t pid_ = 0;
  int release_fd_ = -1;
  int result_fd_ = -1;
};

}  // namespace belfry::minder
