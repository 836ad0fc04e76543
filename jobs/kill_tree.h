// Ends what a dead minder left running.
#pragma once

#include <chrono>

#include <jobs/records.h>

namespace belfry {

// Kills the job, everything that is still in its minder's session, and what descends from those, and waits to see it
// dead. Only processes whose start time and place were checked while they were held are signalled; a stranger who has
// got the job's or the minder's pid, and what belongs to it, is left alone (F24).
// False: something is still there after `limit` (a process that hangs in the kernel).
bool kill_recorded_tree(const Claim& claim, std::chrono::milliseconds limit);

}  // namespace belfry
