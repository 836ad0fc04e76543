#include <sys/eventfd.h>

#include <base/mailbox.h>

namespace belfry {

Result<EventCounter> EventCounter::open() {
  Fd fd{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  if (!fd) return std::unexpected(system_error("eventfd", ""));
  return EventCounter(std::move(fd));
}

// Fails only when the counter is at its maximum, and then the descriptor is readable already.
void EventCounter::raise() { ::eventfd_write(fd_.get(), 1); }

void EventCounter::clear() {
  eventfd_t count = 0;
  ::eventfd_read(fd_.get(), &count);
}

}  // namespace belfry
