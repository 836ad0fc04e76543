// The processes under the minder. It is a child subreaper, so whatever the job leaves behind, double forks and new
// sessions included, becomes a child of the minder as soon as its own parent is dead.
#pragma once

#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

namespace belfry::minder {

// How many children the minder has.
int count_children();

// Sends a signal to everything under the minder, once to each process: to its children by their process groups, to what
// is deeper and in other groups one by one (S26). Nobody else is ever hit.
// Sent with SIGKILL until no child is left, it reaches everything: what was hidden comes up as its parents die.
void signal_descendants(int signal);

// A child that has ended, waited for.
struct Ended {
  pid_t pid = 0;  // 0: none has ended
  bool any_left = true;
  int status = 0;
  struct rusage usage = {};
};

Ended reap_one();

}  // namespace belfry::minder
