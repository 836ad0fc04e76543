// The minder's clocks.
#pragma once

#include <stdint.h>

namespace belfry::minder {

uint64_t wall_ms();
uint64_t boot_ms();  // for grace times: never jumps, counts suspends

}  // namespace belfry::minder
