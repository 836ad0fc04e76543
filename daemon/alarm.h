// The alarm: wakes the loop at an instant of the wall clock and at an instant of the boot clock.
//
// The wall half is always armed, if need be far ahead, because it is also how the kernel tells that somebody set the
// clock: the timer is then readable although its time has not come. What happened is for the next reading of the clocks
// to say; the alarm only makes sure that there is a next turn.
#pragma once

#include <optional>

#include <belfry/scheduler.h>

#include <base/os.h>

namespace belfry {

class Alarm {
 public:
  static Result<Alarm> open();

  int wall_fd() const { return wall_.get(); }
  int boot_fd() const { return boot_.get(); }

  // Replaces both instants.
  Result<void> arm(const Wakeup& wakeup);

  // Takes what is readable, so that the descriptors are quiet again. True if the wall clock was set.
  bool acknowledge();

 private:
  Alarm(Fd wall, Fd boot) : wall_(std::move(wall)), boot_(std::move(boot)) {}

  Fd wall_;
  Fd boot_;
};

}  // namespace belfry
