// The line between the daemon and a minder that it has started: a pair of sockets of which each message is one letter
// and what belongs to it. Over it a minder whose run has left nothing behind is sent to the next one: its exec and its
// exit are a good part of what a short run costs.
//
// Nothing of it is for good: what happened stands in the run directories. It is gone as soon as one of the two is, and
// a minder without a line ends with its run.
//
// This header is the minder's too: no libstdc++ in it.
#pragma once

namespace belfry::line {

// To the minder: the name of a run directory beside the one it was at follows. Only to one that has said it is free.
inline constexpr char run = 'r';

// To the minder: the job is to be stopped. One that is free takes no notice: the run was over before it heard.
inline constexpr char stop = 's';

// To the daemon: the run is over, everything is on record, and no lock is held.
inline constexpr char free = 'f';

}  // namespace belfry::line
