#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include <base/try.h>
#include <daemon/alarm.h>

namespace belfry {

namespace {

constexpr Millis far_ahead{std::chrono::years{2000}};  // since the epoch

itimerspec at(Millis since_epoch) {
  // Zero would disarm the timer; an instant in the past fires at once, which is what is meant.
  const Millis instant = std::max(since_epoch, Millis{1});
  const auto seconds = std::chrono::floor<std::chrono::seconds>(instant);
  itimerspec spec{};
  spec.it_value.tv_sec = seconds.count();
  spec.it_value.tv_nsec = std::chrono::nanoseconds{instant - seconds}.count();
  return spec;
}

// True if the read said that the clock was set.
bool drain(const Fd& fd) {
  std::uint64_t expirations = 0;
  return ::read(fd.get(), &expirations, sizeof expirations) < 0 && errno == ECANCELED;
}

}  // namespace

Result<Alarm> Alarm::open() {
  Fd wall{::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK)};
  if (!wall) return std::unexpected(system_error("timerfd_create", "CLOCK_REALTIME"));
  Fd boot{::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK)};
  if (!boot) return std::unexpected(system_error("timerfd_create", "CLOCK_BOOTTIME"));
  Alarm alarm(std::move(wall), std::move(boot));
  TRY(alarm.arm({}));
  return alarm;
}

Result<void> Alarm::arm(const Wakeup& wakeup) {
  const itimerspec wall = at(wakeup.wall ? wakeup.wall->time_since_epoch() : far_ahead);
  // After a clock step the call itself may answer ECANCELED: the step is told that way, and the timer is armed.
  if (::timerfd_settime(wall_.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &wall, nullptr) != 0 &&
      errno != ECANCELED) {
    return std::unexpected(system_error("timerfd_settime", "CLOCK_REALTIME"));
  }
  const itimerspec boot = wakeup.boot ? at(wakeup.boot->time_since_epoch()) : itimerspec{};
  if (::timerfd_settime(boot_.get(), TFD_TIMER_ABSTIME, &boot, nullptr) != 0) {
    return std::unexpected(system_error("timerfd_settime", "CLOCK_BOOTTIME"));
  }
  return {};
}

bool Alarm::acknowledge() {
  drain(boot_);
  return drain(wall_);
}

}  // namespace belfry
