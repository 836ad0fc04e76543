// The processes under the minder. It is a child subreaper, so whatever the job leaves behind, double forks and new
// sessions included, becomes a child of the minder as soon as its own parent is dead.
#pragma once

#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

namespace belfry::minder {

// Sends a signal to the process group of each child of the minder, once to each group; says how many children there
// were. A child that is not yet waited for keeps its pid and its group's number from being given to a stranger, so
// nobody else is hit.
// Sent with SIGKILL until no child is left, it reaches everything: what was deeper comes up as its parents die.
int signal_children(int signal);

// A child that has ended, waited for.
struct Ended {
  pid_t pid = 0;  // 0: none has ended
  bool any_left = true;
  int status = 0;
  struct rusage usage = {};
};

Ended reap_one();

}  // namespace belfry::minder
