// Starting a minder: the only place on the daemon's side that makes processes.
#pragma once

#include <string>

#include <belfry/error.h>

#include <base/os.h>

namespace belfry {

// Starts the program behind `minder` (a descriptor, so it stays the same program when a package upgrade replaces the
// file) on a run directory; gives the pidfd of the new process, a child of the caller.
//
// As vfork does, and unlike fork, it copies no page tables, however big the daemon is: the caller is held until the
// exec. The minder begins with every signal blocked, an empty environment and whatever descriptors are not
// close-on-exec.
// `secrets`, as hold_secrets() gives it, is handed on as well; of no other process.
Result<Fd> spawn_minder(const Fd& minder, const std::string& run_directory, const Fd& secrets = {});

}  // namespace belfry
