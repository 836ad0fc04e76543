#include <sys/timerfd.h>

#include <base/try.h>
#include <jobs/timer.h>

namespace belfry {

Result<Fd> open_idle_timer() {
  Fd timer{::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK)};
  if (!timer) return std::unexpected(system_error("timerfd_create", ""));
  return timer;
}

Result<void> set_timer(const Fd& timer, std::chrono::milliseconds delay) {
  itimerspec when{};
  when.it_value.tv_sec = delay.count() / 1000;
  when.it_value.tv_nsec = delay.count() % 1000 * 1'000'000;
  if (::timerfd_settime(timer.get(), 0, &when, nullptr) != 0) {
    return std::unexpected(system_error("timerfd_settime", ""));
  }
  return {};
}

Result<Fd> open_timer(std::chrono::milliseconds delay) {
  Fd timer = TRY(open_idle_timer());
  TRY(set_timer(timer, delay));
  return timer;
}

}  // namespace belfry
