// belfry-minder RUN_DIRECTORY: stays beside one attempt of a job and outlives the daemon. It starts the job at most
// once, keeps what it writes, and puts on record how it ended.
//
// In this order, because each step covers the death of somebody at the step before (jobs/run_directory.h has the
// files):
//   own session, child subreaper, lock    whoever gets the lock knows that this minder is dead
//   fork the job, held                    its pid is known before anything executes
//   claim                                 recovery was first: the held job is discarded; from here on, nobody can
//   relaunch release, exec, confirm in the claim main process over: exit record        at once, whatever it left behind
//   (S27) leftovers, record completed, exit
//
// One thread and one poll(). All signals are blocked from the first instruction (the daemon sees to it) and read from a
// signalfd, so no handler runs, ever.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <jobs/minder/capture.h>
#include <jobs/minder/held_job.h>
#include <jobs/minder/hint.h>
#include <jobs/minder/records.h>
#include <jobs/minder/spec.h>
#include <jobs/minder/time.h>
#include <jobs/minder/tree.h>
#include <jobs/run_directory.h>

namespace belfry::minder {
namespace {

constexpr uint64_t kill_pause_first_ms = 10;
constexpr uint64_t kill_pause_max_ms = 1000;
constexpr uint64_t hint_pause_ms = 10;
constexpr uint64_t record_pause_ms = 1000;

// What failed before there was a job.
struct Trouble {
  StartFailure failure;
  const char* path = "";
  explicit operator bool() const { return failure.call != StartFailure::none; }
};

Trouble trouble(StartFailure::Call call, const char* path, int error) { return {{call, error}, path}; }

// With the system call itself, because libc keeps some signals to itself. All zeros is SIG_DFL.
void reset_dispositions() {
  struct {
    unsigned long handler, flags, restorer, mask[2];
  } action = {};
  for (int signal = 1; signal <= 64; ++signal) syscall(SYS_rt_sigaction, signal, &action, nullptr, 8);
}

int block_signals() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  sigset_t watched;
  sigemptyset(&watched);
  sigaddset(&watched, SIGTERM);
  sigaddset(&watched, SIGCHLD);
  return signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
}

Trouble leave_daemon() {
  if (syscall(SYS_close_range, 3U, ~0U, 0U) != 0) return trouble(StartFailure::open_call, "close_range", errno);
  for (int fd = 0; fd < 3; ++fd) close(fd);
  const int null = open("/dev/null", O_RDONLY);
  if (null != 0 || open("/dev/null", O_WRONLY) != 1 || dup(1) != 2) {
    return trouble(StartFailure::open_call, "/dev/null", errno);
  }
  setsid();
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  prctl(PR_SET_NAME, "belfry-minder");
  reset_dispositions();
  return {};
}

// Held until the minder is dead; never unlocked by hand. False: somebody else is at work in this directory.
bool take_lock() {
  const int fd = open(run_directory::lock_file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
}

class Minder {
 public:
  explicit Minder(const char* name) : hint_(name) {}

  int run() {
    if (const Trouble found = prepare()) return put_on_record(found);
    const int error = claim_.take(spec_.boot, job_.pid());
    if (error != 0) {
      job_.discard();
      return error == EEXIST ? 0 : put_on_record(trouble(StartFailure::claim_call, run_directory::claim_file, error));
    }
    job_.release();
    while (!is_done()) turn();
    return 0;
  }

 private:
  Trouble prepare() {
    if (const Trouble found = leave_daemon()) return found;
    signals_ = block_signals();
    if (signals_ < 0) return trouble(StartFailure::open_call, "signalfd", errno);
    if (!take_lock()) return trouble(StartFailure::open_call, run_directory::lock_file, errno);
    if (const int error = read_spec(spec_)) return trouble(StartFailure::read_call, run_directory::spec_file, error);
    if (const int error = capture_.open_files()) {
      return trouble(StartFailure::open_call, run_directory::output_file, error);
    }
    if (const int error = capture_.open_pipes()) return trouble(StartFailure::pipe_call, "", error);
    const StartFailure failure = job_.fork_held(spec_, {capture_.job_output(), capture_.job_errors()});
    capture_.close_job_ends();
    return {failure, ""};
  }

  // The start has failed, and no process of the job is left: the claim says that it never will execute, the record says
  // why. Where even that cannot be written, the exit code says it.
  int put_on_record(const Trouble& found) {
    record_.failure = found.failure;
    record_.path = found.path;
    const bool is_on_record = claim_.take(spec_.boot, 0) == 0 && write_exit_record(record_);
    return is_on_record ? 0 : found.failure.error;
  }

  bool is_done() const { return main_is_over_ && !any_left_ && !record_is_due_; }

  void turn() {
    struct pollfd ready[4] = {
        {signals_, POLLIN, 0}, {job_.result_fd(), POLLIN, 0}, {capture_.fd(0), POLLIN, 0}, {capture_.fd(1), POLLIN, 0}};
    poll(ready, 4, timeout_ms());
    if (ready[1].revents != 0) note_exec_result();  // before the signals: a job that is over has executed
    if (ready[2].revents != 0) capture_.read_some(0);
    if (ready[3].revents != 0) capture_.read_some(1);
    if (ready[0].revents != 0) read_signals();
    if (hint_.is_pending()) hint_.send();
    if (kill_at_ != 0 && boot_ms() >= kill_at_) kill_again();
    if (record_is_due_) write_record();
  }

  int timeout_ms() const {
    uint64_t timeout = ~0ULL;
    if (hint_.is_pending()) timeout = hint_pause_ms;
    if (record_is_due_ && record_pause_ms < timeout) timeout = record_pause_ms;
    if (kill_at_ != 0) {
      const uint64_t now = boot_ms();
      const uint64_t left = kill_at_ > now ? kill_at_ - now : 0;
      if (left < timeout) timeout = left;
    }
    return timeout > 1000000 ? (timeout == ~0ULL ? -1 : 1000000) : static_cast<int>(timeout);
  }

  void note_exec_result() {
    record_.failure = job_.read_result();
    if (record_.failure.call != StartFailure::none) {
      record_.path = record_.failure.call == StartFailure::chdir_call ? spec_.cwd : spec_.argv[0];
      return;
    }
    record_.started_ms = wall_ms();
    claim_.note_executing(record_.started_ms);
    spec_.release();
    hint_.raise();
  }

  void read_signals() {
    struct signalfd_siginfo info = {};
    while (read(signals_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
      if (info.ssi_signo == SIGTERM) stop();
      if (info.ssi_signo == SIGCHLD) reap();
    }
  }

  void stop() {
    if (main_is_over_ || record_.by_request) return;
    record_.by_request = true;
    signal_children(SIGTERM);
    kill_after(spec_.stop_grace_ms);
  }

  void reap() {
    for (;;) {
      const Ended ended = reap_one();
      any_left_ = ended.any_left;
      if (ended.pid == 0) break;
      if (ended.pid == job_.pid()) note_main_end(ended);
    }
    if (main_is_over_ && !any_left_) finish();
    if (main_is_over_ && any_left_ && record_.complete) deal_with_leftovers();
  }

  void note_main_end(const Ended& ended) {
    main_is_over_ = true;
    record_.status = ended.status;
    record_.usage = ended.usage;
    record_.finished_ms = wall_ms();
  }

  void deal_with_leftovers() {
    record_.complete = false;
    write_record();
    record_.leftovers = signal_children(SIGTERM);
    kill_after(spec_.leftovers_grace_ms);
  }

  void finish() {
    kill_at_ = 0;
    record_.complete = true;
    write_record();
  }

  // A record that cannot be written now, because the disk is full, is written later: the minder does not go before.
  void write_record() {
    capture_.drain();
    record_.output_bytes = capture_.bytes();
    record_.truncated = capture_.truncated();
    record_is_due_ = !write_exit_record(record_);
    if (!record_is_due_ && any_left_) hint_.raise();  // without leftovers the minder's own end is the hint
  }

  void kill_after(uint64_t grace_ms) { kill_at_ = boot_ms() + grace_ms; }

  void kill_again() {
    signal_children(SIGKILL);
    kill_at_ = boot_ms() + kill_pause_ms_;
    kill_pause_ms_ = kill_pause_ms_ * 2 < kill_pause_max_ms ? kill_pause_ms_ * 2 : kill_pause_max_ms;
  }

  Spec spec_;
  Capture capture_;
  HeldJob job_;
  Claim claim_;
  Hint hint_;
  ExitRecord record_;
  int signals_ = -1;
  bool main_is_over_ = false;
  bool any_left_ = true;
  bool record_is_due_ = false;
  uint64_t kill_at_ = 0;  // boot time; 0: nothing is to be killed
  uint64_t kill_pause_ms_ = kill_pause_first_ms;
};

}  // namespace
}  // namespace belfry::minder

int main(int argc, char** argv) {
  static constexpr char usage[] = "belfry-minder is started by belfry, beside each run, and not by hand\n";
  if (argc != 2) {
    (void)!write(2, usage, sizeof usage - 1);
    return 2;
  }
  if (chdir(argv[1]) != 0) return errno;
  const char* slash = strrchr(argv[1], '/');
  belfry::minder::Minder minder(slash == nullptr ? argv[1] : slash + 1);
  return minder.run();
}
