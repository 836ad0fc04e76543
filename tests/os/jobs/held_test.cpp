// The instant between the fork of the job's process and its claim, held open with a debugger's means: nothing may
// execute in it.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
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

// A minder whose job's process stands still, as it began or as it is about to take the claim. The minder itself is free
// to go on.
class StoppedJob {
 public:
  explicit StoppedJob(const std::string& directory) {
    minder_ = ::fork();
    if (minder_ == 0) {
      ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
      ::execl(BELFRY_MINDER, "belfry-minder", directory.c_str(), nullptr);
      ::_exit(127);
    }
    int status = 0;
    ::waitpid(minder_, &status, 0);
    if (!WIFSTOPPED(status)) skip();
    ::ptrace(PTRACE_SETOPTIONS, minder_, nullptr, PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL);
    ::ptrace(PTRACE_CONT, minder_, nullptr, nullptr);
    REQUIRE(::waitpid(minder_, &status, 0) == minder_);
    const int event = status >> 8;
    REQUIRE((event == (SIGTRAP | (PTRACE_EVENT_FORK << 8)) || event == (SIGTRAP | (PTRACE_EVENT_VFORK << 8))));
    unsigned long child = 0;
    ::ptrace(PTRACE_GETEVENTMSG, minder_, nullptr, &child);
    job_ = static_cast<pid_t>(child);
    ::waitpid(job_, &status, __WALL);
    ::ptrace(PTRACE_DETACH, minder_, nullptr, nullptr);
  }
  StoppedJob(const StoppedJob&) = delete;
  StoppedJob& operator=(const StoppedJob&) = delete;
  ~StoppedJob() {
    kill_minder();
    ::ptrace(PTRACE_DETACH, job_, nullptr, nullptr);
  }

  void run_to_claim() {
    ::ptrace(PTRACE_SETOPTIONS, job_, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    for (;;) {
      ::ptrace(PTRACE_SYSCALL, job_, nullptr, nullptr);
      int status = 0;
      REQUIRE(::waitpid(job_, &status, __WALL) == job_);
      REQUIRE(WIFSTOPPED(status));
      __ptrace_syscall_info call{};
      if (WSTOPSIG(status) != (SIGTRAP | 0x80)) continue;
      ::ptrace(PTRACE_GET_SYSCALL_INFO, job_, sizeof call, &call);
      if (call.op == PTRACE_SYSCALL_INFO_ENTRY && call.entry.nr == SYS_linkat) return;
    }
  }

  pid_t job() const { return job_; }
  void go_on() { ::ptrace(PTRACE_DETACH, job_, nullptr, nullptr); }
  void kill_minder() {
    if (minder_ == 0) return;
    ::kill(minder_, SIGKILL);
    wait_for_minder();
  }
  void wait_for_minder() {
    ::waitpid(minder_, nullptr, 0);
    minder_ = 0;
  }

 private:
  [[noreturn]] static void skip() {
    std::fprintf(stderr, "skipped: ptrace is not allowed here\n");
    std::exit(77);
  }

  pid_t minder_ = 0;
  pid_t job_ = 0;
};

// With a condition the process has memory of its own; else it borrows the minder's.
StartOrder order_that_leaves_a_mark(Bench& bench, const std::string& only_if) {
  StartOrder order = bench.script("unused");
  const Spec spec{.boot = bench.boot(),
                  .cwd = "/",
                  .argv = {"/bin/sh", "-c", "echo x >> " + bench.scratch("marks")},
                  .env = {"PATH=/usr/bin:/bin"},
                  .only_if = only_if};
  REQUIRE(create_run_directory(bench.directory(order.id), spec));
  return order;
}

TEST_CASE("jobs/minder: S3 nothing executes before the claim, and never when recovery comes first") {
  Bench bench;
  std::string condition;
  SUBCASE("memory of its own") { condition = "true"; }
  SUBCASE("the minder's memory") {}
  const StartOrder order = order_that_leaves_a_mark(bench, condition);
  StoppedJob job(bench.directory(order.id));
  SUBCASE("before it begins") {}
  SUBCASE("before the claim") { job.run_to_claim(); }
  CHECK(bench.recover(order.run).never_executed);
  job.go_on();
  job.wait_for_minder();
  CHECK_FALSE(is_alive(job.job()));
  CHECK_FALSE(std::filesystem::exists(bench.scratch("marks")));
  CHECK_FALSE(bench.has_file(order.id, "exit"));
}

TEST_CASE("jobs/minder: S3 a job whose minder is killed before the claim goes without having executed") {
  Bench bench;
  std::string condition;
  SUBCASE("memory of its own") { condition = "true"; }
  SUBCASE("the minder's memory") {}
  const StartOrder order = order_that_leaves_a_mark(bench, condition);
  StoppedJob job(bench.directory(order.id));
  SUBCASE("before it begins") {}
  SUBCASE("before the claim") { job.run_to_claim(); }
  job.kill_minder();
  job.go_on();
  CHECK(eventually([&] { return !is_alive(job.job()); }));
  CHECK_FALSE(bench.has_file(order.id, "started"));
  CHECK(bench.recover(order.run).never_executed);
  CHECK_FALSE(std::filesystem::exists(bench.scratch("marks")));
}

TEST_CASE("jobs/minder: S3 nothing is lost when nobody comes between") {
  Bench bench;
  std::string condition;
  SUBCASE("memory of its own") { condition = "true"; }
  SUBCASE("the minder's memory") {}
  const StartOrder order = order_that_leaves_a_mark(bench, condition);
  StoppedJob job(bench.directory(order.id));
  job.run_to_claim();
  job.go_on();
  job.wait_for_minder();
  CHECK(read_file(bench.scratch("marks")).value() == "x\n");
  CHECK(bench.recover(order.run).ended);
}

}  // namespace
}  // namespace belfry::tests
