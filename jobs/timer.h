// One moment to wait for, as a descriptor.
#pragma once

#include <chrono>

#include <base/os.h>

namespace belfry {

// Readable after `delay` of real time, also across a suspend. REQUIRES: delay above 0.
Result<Fd> open_timer(std::chrono::milliseconds delay);

}  // namespace belfry
