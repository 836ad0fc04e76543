#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>

#include <base/log.h>
#include <jobs/deadlines.h>

namespace belfry {

Result<Deadlines> Deadlines::open() {
  Fd timer{::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK)};
  if (!timer) return std::unexpected(system_error("timerfd_create", ""));
  return Deadlines(std::move(timer));
}

void Deadlines::set(const Due& due, BootTime at) {
  forget(due.id, due.what);
  by_time_.emplace(at, due.id, due.what);
  times_.emplace(Key{due.id, due.what}, at);
  arm();
}

void Deadlines::forget(const AttemptId& id) {
  for (const What what : {What::limit, What::grace, What::progress}) forget(id, what);
  arm();
}

void Deadlines::forget(const AttemptId& id, What what) {
  const auto known = times_.extract(Key{id, what});
  if (!known.empty()) by_time_.erase({known.mapped(), id, what});
}

std::vector<Deadlines::Due> Deadlines::take(BootTime now) {
  std::uint64_t rings = 0;
  (void)!::read(timer_.get(), &rings, sizeof rings);
  std::vector<Due> due;
  while (!by_time_.empty() && std::get<BootTime>(*by_time_.begin()) <= now) {
    const auto [at, id, what] = *by_time_.begin();
    due.push_back({.id = id, .what = what});
    forget(id, what);
  }
  armed_for_ = BootTime{};
  arm();
  return due;
}

void Deadlines::arm() {
  const BootTime next = by_time_.empty() ? BootTime{} : std::get<BootTime>(*by_time_.begin());
  if (next == armed_for_) return;
  armed_for_ = next;
  // A moment that has passed rings at once; all zero would take the timer back.
  const Millis at = by_time_.empty() ? Millis{0} : std::max(Millis{1}, next.time_since_epoch());
  itimerspec when{};
  when.it_value.tv_sec = at.count() / 1000;
  when.it_value.tv_nsec = at.count() % 1000 * 1'000'000;
  if (::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr) != 0) {
    log::error("jobs: " + system_error("timerfd_settime", "").what);
  }
}

}  // namespace belfry
