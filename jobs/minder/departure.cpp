#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <jobs/minder/departure.h>

namespace belfry::minder {
namespace {

constexpr int line_fd = 3;

// With the system call itself, because libc keeps some signals to itself. All zeros is SIG_DFL.
void reset_dispositions() {
  struct {
    unsigned long handler, flags, restorer, mask[2];
  } action = {};
  for (int signal = 1; signal <= 64; ++signal) syscall(SYS_rt_sigaction, signal, &action, nullptr, 8);
}

// Lower than the jobs', higher than the daemon's, where the daemon had the right to set its own.
void lower_oom_score() {
  const int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  (void)!write(fd, "-500", 4);
  close(fd);
}

}  // namespace

Trouble leave_starter(Place place, Line& line) {
  if (line.is_open() && line.fd() != line_fd) {
    if (dup3(line.fd(), line_fd, O_CLOEXEC) < 0) return {{StartFailure::open_call, errno}, "the line"};
    line.move_to(line_fd);
  }
  if (line.is_open()) (void)fcntl(line_fd, F_SETFD, FD_CLOEXEC);
  const unsigned first_foreign = line.is_open() ? line_fd + 1 : line_fd;
  if (syscall(SYS_close_range, first_foreign, ~0U, 0U) != 0) return {{StartFailure::open_call, errno}, "close_range"};
  const bool keeps_output = place == Place::foreground;
  for (int fd = 0; fd < (keeps_output ? 1 : 3); ++fd) close(fd);
  const bool is_open =
      open("/dev/null", O_RDONLY) == 0 && (keeps_output || (open("/dev/null", O_WRONLY) == 1 && dup(1) == 2));
  if (!is_open) return {{StartFailure::open_call, errno}, "/dev/null"};
  if (keeps_output) prctl(PR_SET_PDEATHSIG, SIGTERM);
  setsid();
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  prctl(PR_SET_NAME, "belfry-minder");
  reset_dispositions();
  lower_oom_score();
  return {};
}

int open_signals() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  sigset_t watched;
  sigemptyset(&watched);
  sigaddset(&watched, SIGTERM);
  sigaddset(&watched, SIGCHLD);
  return signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
}

}  // namespace belfry::minder
