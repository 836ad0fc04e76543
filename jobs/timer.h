// One moment to wait for, as a descriptor.
#pragma once

#include <chrono>

#include <base/os.h>

namespace belfry {

// Readable after `delay` of real time, also across a suspend. REQUIRES: delay above 0.
Result<Fd> open_timer(std::chrono::milliseconds delay);

// Never readable, until it is set: for those who cannot do without one when no descriptor is left.
Result<Fd> open_idle_timer();
Result<void> set_timer(const Fd& timer, std::chrono::milliseconds delay);

}  // namespace belfry
