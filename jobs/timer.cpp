#include <sys/timerfd.h>

#include <jobs/timer.h>

namespace belfry {

Result<Fd> open_timer(std::chrono::milliseconds delay) {
  Fd timer{::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK)};
  if (!timer) return std::unexpected(system_error("timerfd_create", ""));
  itimerspec when{};
  when.it_value.tv_sec = delay.count() / 1000;
  when.it_value.tv_nsec = delay.count() % 1000 * 1'000'000;
  if (::timerfd_settime(timer.get(), 0, &when, nullptr) != 0) {
    return std::unexpected(system_error("timerfd_settime", ""));
  }
  return timer;
}

}  // namespace belfry
