#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <daemon/signals.h>

namespace belfry {

Result<Signals> Signals::open() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGPWR}) ::sigaddset(&set, number);
  if (::sigprocmask(SIG_BLOCK, &set, nullptr) != 0) return std::unexpected(system_error("sigprocmask", ""));
  ::signal(SIGPIPE, SIG_IGN);
  Fd fd{::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
  if (!fd) return std::unexpected(system_error("signalfd", ""));
  return Signals(std::move(fd));
}

Signals::Received Signals::take() {
  Received received;
  signalfd_siginfo info{};
  while (::read(fd_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    received.who = info.ssi_code == SI_USER ? "uid " + std::to_string(info.ssi_uid) : "";
    if (info.ssi_signo == SIGHUP) received.reload = true;
    if (info.ssi_signo == SIGPWR) received.machine_goes_down = true;
    if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) received.stop = true;
  }
  return received;
}

}  // namespace belfry
