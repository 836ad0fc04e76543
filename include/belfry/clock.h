// Port: the clocks. The daemon's implementation reads the machine's; tests and the simulation make up their own.
#pragma once

#include <belfry/time.h>

namespace belfry {

// GUARANTEES: boot and awake never decrease from one read to the next, boot - awake never decreases, and each
// value is rounded down to the millisecond. wall may do as it likes.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Now read() = 0;
};

}  // namespace belfry
