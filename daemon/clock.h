// The machine's clocks: the only file that asks the kernel what time it is.
#pragma once

#include <belfry/clock.h>

namespace belfry {

class SystemClock final : public Clock {
 public:
  Now read() override;
};

}  // namespace belfry
