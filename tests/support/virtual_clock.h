// A clock whose time the test decides. It keeps the port's guarantees whatever happens to it: what a test can do to it
// is what can happen to a machine.
#pragma once

#include <belfry/clock.h>

#include <base/verify.h>

namespace belfry::tests {

class VirtualClock final : public Clock {
 public:
  // A machine that booted at this moment.
  explicit VirtualClock(WallTime wall) : now_{.wall = wall, .boot = {}, .awake = {}} {}

  Now read() override { return now_; }

  // Time goes by. REQUIRES for both: duration >= 0.
  void pass(Millis duration) {
    suspend(duration);
    now_.awake += duration;
  }
  // The machine sleeps: real time goes by, and nobody runs.
  void suspend(Millis duration) {
    VERIFY(duration >= Millis{0});
    now_.wall += duration;
    now_.boot += duration;
  }
  // Somebody sets the wall clock, forward or back.
  void step(Millis offset) { now_.wall += offset; }
  void set_wall(WallTime wall) { now_.wall = wall; }

 private:
  Now now_;
};

}  // namespace belfry::tests
