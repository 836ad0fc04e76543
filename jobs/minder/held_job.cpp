// Between fork and exec: async-signal-safe calls only, no allocation, no return into the minder's code.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jobs/minder/held_job.h>
#include <jobs/minder/identity.h>

namespace belfry::minder {
namespace {

[[noreturn]] void give_up(int result_fd, StartFailure failure) {
  (void)!write(result_fd, &failure, sizeof failure);
  _exit(127);
}

// The kernel answers ENOENT for a script whose `#!` line names nothing that exists, as if the script were missing.
StartFailure exec_failure(const char* path, int error) {
  const bool script_is_there = error == ENOENT && access(path, F_OK) == 0;
  return {script_is_there ? StartFailure::interpreter : StartFailure::exec_call, error};
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
      if (errno != ENOENT && errno != ENOTDIR) failure = {StartFailure::exec_call, errno};
      if (errno == ENOENT && access(path, F_OK) == 0) failure = {StartFailure::interpreter, errno};
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
// and opens /dev/null as 0; what it opens later is close-on-exec.
[[noreturn]] void become_job(const Spec& spec, JobStreams streams, int result_fd) {
  if (streams.input >= 0) dup2(streams.input, 0);
  dup2(streams.output, 1);
  dup2(streams.errors, 2);
  StartFailure failure = prepare_process(spec);
  if (failure.call == StartFailure::none) failure = ask_condition(spec, result_fd);
  if (failure.call == StartFailure::none) failure = exec_job(spec);
  give_up(result_fd, failure);
}

bool wait_for_release(int hold_fd) {
  char byte;
  ssize_t n;
  do n = read(hold_fd, &byte, 1);
  while (n < 0 && errno == EINTR);
  return n == 1;
}

}  // namespace

StartFailure HeldJob::fork_held(const Spec& spec, JobStreams streams) {
  int hold[2];
  int result[2];
  if (pipe2(hold, O_CLOEXEC) != 0) return {StartFailure::pipe_call, errno};
  if (pipe2(result, O_CLOEXEC) != 0) return {StartFailure::pipe_call, errno};
  pid_ = fork();
  if (pid_ < 0) {
    const int error = errno;
    const int ends[] = {hold[0], hold[1], result[0], result[1]};
    for (const int end : ends) close(end);
    return {StartFailure::fork_call, error};
  }
  if (pid_ == 0) {
    setpgid(0, 0);
    close(hold[1]);
    if (!wait_for_release(hold[0])) _exit(0);
    become_job(spec, streams, result[1]);
  }
  setpgid(pid_, pid_);
  close(hold[0]);
  close(result[1]);
  release_fd_ = hold[1];
  result_fd_ = result[0];
  return {};
}

void HeldJob::release() {
  (void)!write(release_fd_, "x", 1);
  close(release_fd_);
}

void HeldJob::discard() {
  close(release_fd_);
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

StartFailure HeldJob::read_result() {
  StartFailure failure;
  ssize_t n;
  do n = read(result_fd_, &failure, sizeof failure);
  while (n < 0 && errno == EINTR);
  close(result_fd_);
  result_fd_ = -1;
  return n == static_cast<ssize_t>(sizeof failure) ? failure : StartFailure{};
}

}  // namespace belfry::minder
