#include <time.h>

#include <base/verify.h>
#include <daemon/clock.h>

namespace belfry {

namespace {

Millis read_clock(clockid_t id) {
  timespec now{};
  VERIFY(::clock_gettime(id, &now) == 0);  // fails only for a clock the kernel does not know
  return std::chrono::floor<Millis>(std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec});
}

}  // namespace

// boot is read after awake: a suspend between the two readings may lengthen boot - awake, never shorten it.
Now SystemClock::read() {
  const Millis awake = read_clock(CLOCK_MONOTONIC);
  const Millis boot = read_clock(CLOCK_BOOTTIME);
  const Millis wall = read_clock(CLOCK_REALTIME);
  return {.wall = WallTime{wall}, .boot = BootTime{boot}, .awake = AwakeTime{awake}};
}

}  // namespace belfry
