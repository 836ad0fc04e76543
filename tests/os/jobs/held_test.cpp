// The instant between the fork of the job and the claim, held open with a debugger's means: nothing may execute in it.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <doctest/doctest.h>

#include <base/file.h>
#include <tests/os/jobs/bench.h>

namespace belfry::tests {
namespace {

// A minder that stands still right after it has forked the job. The job itself is free to go on.
class StoppedMinder {
 public:
  explicit StoppedMinder(const std::string& directory) {
    pid_ = ::fork();
    if (pid_ == 0) {
      ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
      ::execl(BELFRY_MINDER, "belfry-minder", directory.c_str(), nullptr);
      ::_exit(127);
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    if (!WIFSTOPPED(status)) skip();
    ::ptrace(PTRACE_SETOPTIONS, pid_, nullptr, PTRACE_O_TRACEFORK | PTRACE_O_EXITKILL);
    ::ptrace(PTRACE_CONT, pid_, nullptr, nullptr);
    REQUIRE(::waitpid(pid_, &status, 0) == pid_);
    const int event = status >> 8;
    REQUIRE(event == (SIGTRAP | (PTRACE_EVENT_FORK << 8)));
    unsigned long child = 0;
    ::ptrace(PTRACE_GETEVENTMSG, pid_, nullptr, &child);
    job_ = static_cast<pid_t>(child);
    ::waitpid(job_, &status, __WALL);
    ::ptrace(PTRACE_DETACH, job_, nullptr, nullptr);
  }
  StoppedMinder(const StoppedMinder&) = delete;
  StoppedMinder& operator=(const StoppedMinder&) = delete;
  ~StoppedMinder() { kill(); }

  pid_t job() const { return job_; }
  void go_on() { ::ptrace(PTRACE_DETACH, pid_, nullptr, nullptr); }
  void kill() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  void wait() {
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  [[noreturn]] static void skip() {
    std::fprintf(stderr, "skipped: ptrace is not allowed here\n");
    std::exit(77);
  }

  pid_t pid_ = 0;
  pid_t job_ = 0;
};

StartOrder order_that_leaves_a_mark(Bench& bench) {
  StartOrder order = bench.script("unused");
  const Spec spec{.boot = bench.boot(),
                  .cwd = "/",
                  .argv = {"/bin/sh", "-c", "echo x >> " + bench.scratch("marks")},
                  .env = {"PATH=/usr/bin:/bin"}};
  REQUIRE(create_run_directory(bench.directory(order.id), spec));
  return order;
}

// Long enough for a shell to start and write a line, several times over.
void give_it_time() { ::poll(nullptr, 0, 200); }

TEST_CASE("jobs/minder: S3 the job is held until the claim: it has not executed when recovery comes first") {
  Bench bench;
  const StartOrder order = order_that_leaves_a_mark(bench);
  StoppedMinder minder(bench.directory(order.id));
  give_it_time();
  CHECK(is_alive(minder.job()));
  CHECK_FALSE(std::filesystem::exists(bench.scratch("marks")));
  CHECK(bench.recover(order.run).never_executed);
  minder.go_on();
  minder.wait();
  CHECK_FALSE(is_alive(minder.job()));
  CHECK_FALSE(std::filesystem::exists(bench.scratch("marks")));
  CHECK_FALSE(bench.has_file(order.id, "exit"));
}

TEST_CASE("jobs/minder: S3 a job whose minder is killed before the claim goes without having executed") {
  Bench bench;
  const StartOrder order = order_that_leaves_a_mark(bench);
  StoppedMinder minder(bench.directory(order.id));
  const pid_t job = minder.job();
  CHECK(is_alive(job));
  minder.kill();
  CHECK(eventually([&] { return !is_alive(job); }));
  CHECK(bench.recover(order.run).never_executed);
  CHECK_FALSE(std::filesystem::exists(bench.scratch("marks")));
}

TEST_CASE("jobs/minder: S3 nothing is lost when nobody comes between") {
  Bench bench;
  const StartOrder order = order_that_leaves_a_mark(bench);
  StoppedMinder minder(bench.directory(order.id));
  minder.go_on();
  minder.wait();
  CHECK(read_file(bench.scratch("marks")).value() == "x\n");
  CHECK(bench.recover(order.run).ended);
}

}  // namespace
}  // namespace belfry::tests
