// Starting a minder: the only place on the daemon's side that makes processes.
#pragma once

#include <string>

#include <belfry/error.h>

#include <base/os.h>

namespace belfry {

// The path of belfry-minder: it is built beside this program, and installed where programs are that nobody calls by
// hand.
Result<std::string> find_minder_program();

// What EAGAIN means to a person, when a process is to be made (S29).
inline constexpr auto no_process_left = "no process is left: ulimit -u, TasksMax= or pids.max bounds them";

// Starts the program behind `minder` (a descriptor, so it stays the same program when a package upgrade replaces the
// file) on a run directory; gives the pidfd of the new process, a child of the caller.
//
// As vfork does, and unlike fork, it copies no page tables, however big the daemon is: the caller is held until the
// exec. The minder begins with every signal blocked, an empty environment and whatever descriptors are not
// close-on-exec.
struct MinderExtras {
  enum class Place {
    beside_daemon,
    foreground,  // its job writes where the caller does, and the caller's death ends it
  };
  int secrets = -1;  // as hold_secrets() gives it: handed on as well; of no other process. -1: there are none
  int line = -1;     // the minder's end (jobs/line.h), handed on as well. Cheap if its number is below the program's
  Place place = Place::beside_daemon;
};
Result<Fd> spawn_minder(const Fd& minder, const std::string& run_directory, const MinderExtras& extras = {});

}  // namespace belfry
