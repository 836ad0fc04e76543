#include <time.h>

#include <algorithm>

#include <base/verify.h>
#include <daemon/clock.h>

namespace belfry {

namespace {

std::chrono::nanoseconds read_clock(clockid_t id) {
  timespec now{};
  VERIFY(::clock_gettime(id, &now) == 0);  // fails only for a clock the kernel does not know
  return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

}  // namespace

// What the machine slept is boot - awake. Taken from two rounded readings it would waver: by a millisecond when one
// begins in between, by more when this thread is put aside there. So it is kept, and only grows. boot is read before
// awake, which makes the difference too small at worst, and it never grows by so much that awake would go back. wall is
// read before both: were it the latest, intervals, which follow the boot clock from there on, would be ahead of it by
// as long as this thread was put aside, and their jobs early (S5).
Now SystemClock::read() {
  const Millis wall = std::chrono::floor<Millis>(read_clock(CLOCK_REALTIME));
  const auto boot_exact = read_clock(CLOCK_BOOTTIME);
  const auto awake_exact = read_clock(CLOCK_MONOTONIC);
  const Millis boot = std::chrono::floor<Millis>(boot_exact);
  const Millis slept = std::chrono::ceil<Millis>(boot_exact - awake_exact);
  slept_ = std::max(slept_, std::min(slept, boot - awake_));
  awake_ = boot - slept_;
  return {.wall = WallTime{wall}, .boot = BootTime{boot}, .awake = AwakeTime{awake_}};
}

}  // namespace belfry
