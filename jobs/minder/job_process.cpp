// Between fork and exec: async-signal-safe calls only, no allocation, no return into the minder's code.
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jobs/minder/identity.h>
#include <jobs/minder/job_process.h>

namespace belfry::minder {
namespace {

[[noreturn]] void give_up(int result_fd, StartFailure failure) {
  (void)!write(result_fd, &failure, sizeof failure);
  _exit(127);
}

// The kernel answers ENOENT for a script whose `#!` line names nothing that exists, as if the script were missing, and
// EACCES for a good deal.
StartFailure exec_failure(const char* path, int error) {
  struct stat file = {};
  if (stat(path, &file) != 0) return {StartFailure::exec_call, error};
  if (error == ENOENT) return {StartFailure::interpreter, error};
  if (error == EACCES && S_ISDIR(file.st_mode)) return {StartFailure::directory, error};
  if (error == EACCES && (file.st_mode & 0111) == 0) return {StartFailure::mode, error};
  return {StartFailure::exec_call, error};
}

// Tries each directory of the job's PATH, as execvpe would, but never hands an unknown format to a shell.
StartFailure exec_from_path(const Spec& spec) {
  const char* directory = job_variable(spec, "PATH");
  StartFailure failure{StartFailure::exec_call, ENOENT};
  while (directory != nullptr) {
    const size_t length = strcspn(directory, ":");
    char path[4096];
    if (length > 0 && length + 1 + strlen(spec.argv[0]) < sizeof path) {
      memcpy(path, directory, length);
      path[length] = '/';
      stpcpy(path + length + 1, spec.argv[0]);
      execve(path, spec.argv, spec.env);
      const StartFailure found = exec_failure(path, errno);
      const bool is_missing =
          found.call == StartFailure::exec_call && (found.error == ENOENT || found.error == ENOTDIR);
      if (!is_missing) failure = found;
      if (failure.error != ENOENT && failure.error != EACCES) return failure;
    }
    directory = directory[length] == ':' ? directory + length + 1 : nullptr;
  }
  return failure;
}

StartFailure exec_job(const Spec& spec) {
  if (strchr(spec.argv[0], '/') == nullptr) return exec_from_path(spec);
  execve(spec.argv[0], spec.argv, spec.env);
  return exec_failure(spec.argv[0], errno);
}

// Asks `only_if`, in a process of its own, as the job would ask it.
StartFailure ask_condition(const Spec& spec, int result_fd) {
  if (spec.only_if == nullptr) return {};
  static char script[] = "-c";
  static char options[] = "-eu";
  static char shell[] = "/bin/sh";
  char* const argv[] = {shell, options, script, const_cast<char*>(spec.only_if), nullptr};
  const pid_t pid = fork();
  if (pid < 0) return {StartFailure::fork_call, errno};
  if (pid == 0) {
    execve(shell, argv, spec.env);
    give_up(result_fd, exec_failure(shell, errno));
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return {StartFailure::condition, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
}

// The daemon is protected from the kernel's choice of whom to kill for want of memory, and so is the minder; the job is
// not. Where it was not, there is nothing to change and no right to do it.
void reset_oom_score() {
  const int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  (void)!write(fd, "0", 1);
  close(fd);
}

StartFailure prepare_process(const Spec& spec) {
  // A process that nobody may look into may not change its own score. The job is as any other once it executes.
  if (spec.has_secrets) prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  reset_oom_score();
  StartFailure failure = apply_bounds(spec.bounds);
  if (failure.call == StartFailure::none) failure = assume_identity(spec.identity);
  if (failure.call != StartFailure::none) return failure;
  umask(spec.umask);
  if (chdir(spec.cwd) != 0) return {StartFailure::chdir_call, errno};
  sigset_t nothing;
  sigemptyset(&nothing);
  sigprocmask(SIG_SETMASK, &nothing, nullptr);
  return {};
}

// Everything else is as it must be (S28): when the minder starts it resets the dispositions, closes what it inherited
// and opens /dev/null as 0; what it opens later is close-on-exec. Comes back only if that failed.
StartFailure become_job(const Spec& spec, JobStreams streams, int result_fd) {
  if (streams.input >= 0) dup2(streams.input, 0);
  dup2(streams.output, 1);
  dup2(streams.errors, 2);
  StartFailure failure = prepare_process(spec);
  if (failure.call == StartFailure::none) failure = ask_condition(spec, result_fd);
  if (failure.call == StartFailure::none) failure = exec_job(spec);
  return failure;
}

// Whoever finds the minder dead, and no claim, takes it that nothing will ever execute. So this process must be dead by
// then: the kernel sees to it before anybody is told of the minder's end.
bool dies_with(pid_t minder) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  return getppid() == minder;
}

// From the claim on, recovery knows of this process by itself. The job may have children that die for nobody.
void live_on() { prctl(PR_SET_PDEATHSIG, 0); }

// Until it says otherwise: it has been killed.
struct Claimed {
  StartFailure failure{StartFailure::claim_call, ECANCELED};
  bool is_in_cgroup = true;
};

Claimed claim_as_job(const JobProcess::Terms& terms, pid_t minder) {
  Claimed claimed;
  if (!dies_with(minder)) _exit(0);
  setpgid(0, 0);
  claimed.is_in_cgroup = terms.cgroup.enter();
  const int error = terms.claim.take(terms.spec.boot, getpid());
  claimed.failure = {error == 0 ? StartFailure::none : StartFailure::claim_call, error};
  if (error == 0) live_on();
  return claimed;
}

// What the process that borrows the minder's memory leaves there.
struct Borrowed {
  const JobProcess::Terms& terms;
  pid_t minder;
  Claimed claimed;
  StartFailure result;
};

[[gnu::no_sanitize("address", "thread", "undefined")]] int run_borrowed(void* argument) {
  auto* const borrowed = static_cast<Borrowed*>(argument);
  borrowed->claimed = claim_as_job(borrowed->terms, borrowed->minder);
  if (borrowed->claimed.failure.call == StartFailure::none) {
    borrowed->result = become_job(borrowed->terms.spec, borrowed->terms.streams, -1);
  }
  _exit(127);
}

// Nobody may look into a minder with secrets, and a process that shares its memory would have to change that; and a
// condition may take as long as it likes, while the minder has to listen.
bool may_borrow(const Spec& spec) { return !spec.has_secrets && spec.only_if == nullptr; }

template <class Message>
bool receive(int fd, Message& message) {
  ssize_t n;
  do n = read(fd, &message, sizeof message);
  while (n < 0 && errno == EINTR);
  return n == static_cast<ssize_t>(sizeof message);
}

}  // namespace

StartFailure JobProcess::start(const Terms& terms) {
  result_ = {};
  terms.claim.expect_process();
  return may_borrow(terms.spec) ? start_here(terms) : start_apart(terms);
}

StartFailure JobProcess::start_here(const Terms& terms) {
  alignas(16) static char stack[65536];
  Borrowed borrowed{.terms = terms, .minder = getpid(), .claimed = {}, .result = {}};
  pid_ = clone(run_borrowed, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &borrowed);
  if (pid_ < 0) return {StartFailure::fork_call, errno};
  result_ = borrowed.result;
  return settle_claim(terms, borrowed.claimed.failure, borrowed.claimed.is_in_cgroup);
}

StartFailure JobProcess::start_apart(const Terms& terms) {
  int result[2];
  if (pipe2(result, O_CLOEXEC) != 0) return {StartFailure::pipe_call, errno};
  const pid_t minder = getpid();
  pid_ = fork();
  if (pid_ < 0) {
    const int error = errno;
    close(result[0]);
    close(result[1]);
    return {StartFailure::fork_call, error};
  }
  if (pid_ == 0) {
    const Claimed claimed = claim_as_job(terms, minder);
    (void)!write(result[1], &claimed, sizeof claimed);
    if (claimed.failure.call != StartFailure::none) _exit(127);
    give_up(result[1], become_job(terms.spec, terms.streams, result[1]));
  }
  close(result[1]);
  result_fd_ = result[0];
  Claimed claimed;
  (void)receive(result_fd_, claimed);
  return settle_claim(terms, claimed.failure, claimed.is_in_cgroup);
}

StartFailure JobProcess::settle_claim(const Terms& terms, StartFailure claim, bool is_in_cgroup) {
  if (claim.call == StartFailure::none) {
    if (!is_in_cgroup) terms.cgroup.give_up(terms.spec.cgroup_limits);
    return {};
  }
  waitpid(pid_, nullptr, 0);
  if (result_fd_ >= 0) close(result_fd_);
  result_fd_ = -1;
  return claim;
}

StartFailure JobProcess::read_result() {
  if (result_fd_ < 0) return result_;
  StartFailure failure;
  const bool has_failed = receive(result_fd_, failure);
  close(result_fd_);
  result_fd_ = -1;
  return has_failed ? failure : StartFailure{};
}

}  // namespace belfry::minder
