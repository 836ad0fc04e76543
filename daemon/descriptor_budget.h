// How the descriptors that this process may have are shared out (F11), so that neither jobs nor clients take them all:
// a run that is one too many waits in its queue instead of failing, and a client waits to be accepted.
#pragma once

#include <cstdint>

#include <belfry/policies.h>

namespace belfry {

struct DescriptorBudget {
  std::uint32_t runs = 0;     // each takes one while it executes
  std::uint32_t lines = 0;    // and some one more at its beginning, over which its minder is sent to the next run
  std::uint32_t clients = 0;  // at most 256
};

DescriptorBudget share_descriptors(std::uint64_t limit);

// RLIMIT_NOFILE of this process.
std::uint64_t descriptor_limit();

// The limits as they are, or with as many runs as there are descriptors for; the log says so where the file wanted
// more.
DaemonLimits within(const DescriptorBudget& budget, DaemonLimits limits);

}  // namespace belfry
