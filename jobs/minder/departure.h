// A minder begins as the daemon's child, and keeps nothing of the daemon's (S28).
#pragma once

#include <jobs/minder/post.h>

namespace belfry::minder {

// Closes every descriptor but the line's, which it moves to the place behind them, opens /dev/null as 0, 1 and 2, leads
// a session of its own, takes in the orphans of what it starts, and gives every signal its default disposition. All
// signals stay blocked, as the daemon had it. In the foreground 1 and 2 stay what they are, and whoever started it
// takes it along when he dies: as if by SIGTERM.
Trouble leave_starter(Place place, Line& line);

// SIGTERM and SIGCHLD as something to read; -1 and errno if that fails.
int open_signals();

}  // namespace belfry::minder
