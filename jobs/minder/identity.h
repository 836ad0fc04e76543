// Becomes the user a job runs as, and puts its bounds in force. In the job's process, between fork and exec:
// async-signal-safe calls only.
#pragma once

#include <jobs/minder/spec.h>
#include <jobs/minder/start_failure.h>

namespace belfry::minder {

// GUARANTEES: where call is none, the process has exactly this identity and cannot get the old one back: each call's
// answer was checked, and then the kernel was asked.
StartFailure assume_identity(const Identity& identity);

// While the process still has the minder's rights.
StartFailure apply_bounds(const Bounds& bounds);

}  // namespace belfry::minder
