// The job's process, until it executes.
#pragma once

#include <sys/types.h>

#include <jobs/minder/cgroup.h>
#include <jobs/minder/claim.h>
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

class JobProcess {
 public:
  struct Terms {
    const Spec& spec;
    JobStreams streams;
    Cgroup& cgroup;
    Claim& claim;
  };

  // Makes the process. It leads a group of its own, enters the control group, takes the claim and executes the job, or
  // ends; if the minder dies before that, it dies. Comes back when it is known whose the claim is; what fails up to
  // there is given, and no process is left then. After fork_call this may be called again.
  //
  // Where nothing can happen between the claim and the exec, it borrows the minder's memory as a vfork does, and the
  // minder is held until the exec: a copy of its pages would cost more than all the rest.
  StartFailure start(const Terms& terms);

  pid_t pid() const { return pid_; }

  // What became of the exec is known already.
  bool is_settled() const { return result_fd_ < 0; }

  // Readable once it is; -1 from then on.
  int result_fd() const { return result_fd_; }

  // GUARANTEES: call is none if exec succeeded, or if the process died before it could say anything.
  StartFailure read_result();

 private:
  StartFailure start_here(const Terms& terms);
  StartFailure start_apart(const Terms& terms);
  StartFailure settle_claim(const Terms& terms, StartFailure claim, bool is_in_cgroup);

  pid_t pid_ = 0;
  int result_fd_ = -1;
  StartFailure result_;
};

}  // namespace belfry::minder
