#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>

#include <base/poller.h>

namespace belfry {

Result<Poller> Poller::open() {
  Fd fd{::epoll_create1(EPOLL_CLOEXEC)};
  if (!fd) return std::unexpected(system_error("epoll_create1", ""));
  return Poller(std::move(fd));
}

Result<void> Poller::add(int watched, std::uint64_t token) { return add(watched, token, EPOLLIN); }

// EPOLLHUP and EPOLLERR come without being asked for.
Result<void> Poller::add_for_hangup(int watched, std::uint64_t token) { return add(watched, token, 0); }

Result<void> Poller::add(int watched, std::uint64_t token, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = token;
  if (::epoll_ctl(fd_.get(), EPOLL_CTL_ADD, watched, &event) != 0) {
    return std::unexpected(system_error("epoll_ctl", ""));
  }
  return {};
}

void Poller::remove(int watched) { ::epoll_ctl(fd_.get(), EPOLL_CTL_DEL, watched, nullptr); }

Result<std::span<const std::uint64_t>> Poller::wait(std::optional<std::chrono::milliseconds> timeout) {
  std::array<epoll_event, 64> events{};
  int limit = -1;
  if (timeout) {
    limit = static_cast<int>(std::clamp<std::int64_t>(timeout->count(), 0, std::numeric_limits<int>::max()));
  }
  const int n = ::epoll_wait(fd_.get(), events.data(), static_cast<int>(events.size()), limit);
  if (n < 0 && errno != EINTR) return std::unexpected(system_error("epoll_wait", ""));
  ready_.clear();
  for (int i = 0; i < n; ++i) ready_.push_back(events[static_cast<std::size_t>(i)].data.u64);
  return std::span<const std::uint64_t>(ready_);
}

}  // namespace belfry
