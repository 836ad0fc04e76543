// The machine's clocks: the only file that asks the kernel what time it is.
#pragma once

#include <belfry/clock.h>

namespace belfry {

class SystemClock final : public Clock {
 public:
  Now read() override;

 private:
  Millis slept_{0};  // boot - awake, as of the last reading
  Millis awake_{0};
};

}  // namespace belfry
