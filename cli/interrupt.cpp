#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cli/interrupt.h>

namespace belfry::cli {

Result<Interrupt> Interrupt::watch() {
  sigset_t watched;
  sigset_t before;
  ::sigemptyset(&watched);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&watched, signal);
  Fd fd{::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK)};
  if (!fd) return std::unexpected(system_error("signalfd", ""));
  if (::sigprocmask(SIG_BLOCK, &watched, &before) != 0) return std::unexpected(system_error("sigprocmask", ""));
  return Interrupt(std::move(fd), before);
}

Interrupt::Interrupt(Interrupt&& other) noexcept : fd_(std::move(other.fd_)), before_(other.before_) {}

Interrupt::~Interrupt() {
  if (!fd_) return;
  // What has arrived is taken out first: unblocked, it would kill the process now.
  signalfd_siginfo taken{};
  while (::read(fd_.get(), &taken, sizeof taken) > 0) {
  }
  ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

bool Interrupt::arrives_within(Millis time) const {
  pollfd watched{.fd = fd_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, static_cast<int>(time.count())) > 0;
}

}  // namespace belfry::cli
