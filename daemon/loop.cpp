#include <poll.h>

#include <base/try.h>
#include <daemon/loop.h>

namespace belfry {

Result<Loop> Loop::open() { return Loop(TRY(Poller::open())); }

Result<void> Loop::add(int fd, std::function<void()> on_ready) {
  TRY(poller_.add(fd, handlers_.size()));
  handlers_.push_back(std::move(on_ready));
  return {};
}

Result<void> Loop::wait(std::optional<Millis> timeout) {
  for (const std::uint64_t token : TRY(poller_.wait(timeout))) handlers_[token]();
  return {};
}

void Loop::rest(Millis duration) { ::poll(nullptr, 0, static_cast<int>(duration.count())); }

}  // namespace belfry
