// The job's process: forked and held, then released to exec or discarded.
#pragma once

#include <sys/types.h>

#include <jobs/minder/spec.h>

namespace belfry::minder {

// Which call failed before or in exec, so that the daemon can say it exactly (S29).
struct StartFailure {
  enum Call : int { none, open_call, pipe_call, fork_call, read_call, claim_call, chdir_call, exec_call, interpreter };
  Call call = none;
  int error = 0;
};

const char* call_name(StartFailure::Call call);

// The descriptors that become the job's 1 and 2; its 0 is the minder's own. REQUIRES: each above 2.
struct JobStreams {
  int output;
  int errors;
};

class HeldJob {
 public:
  // Forks. The new process leads a group of its own and waits; it executes nothing before release(). If the minder dies
  // first, it exits.
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
