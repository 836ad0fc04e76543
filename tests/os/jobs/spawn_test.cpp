#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include <base/file.h>
#include <jobs/process.h>
#include <jobs/spawn.h>

using namespace belfry;

namespace {

// What the next processes write to their standard output goes here.
class OutputOfOthers {
 public:
  OutputOfOthers() {
    REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0);
    before_ = ::fcntl(1, F_DUPFD_CLOEXEC, 3);
    ::dup2(ends_[1], 1);
    ::close(ends_[1]);
  }
  OutputOfOthers(const OutputOfOthers&) = delete;
  OutputOfOthers& operator=(const OutputOfOthers&) = delete;
  ~OutputOfOthers() {
    ::close(ends_[0]);
    ::close(before_);
  }

  // REQUIRES: they have ended.
  std::string take() {
    ::dup2(before_, 1);  // the last way in, beside theirs
    std::string text;
    std::array<char, 4096> piece{};
    for (ssize_t n = 0; (n = ::read(ends_[0], piece.data(), piece.size())) > 0;)
      text.append(piece.data(), static_cast<std::size_t>(n));
    return text;
  }

 private:
  std::array<int, 2> ends_{};
  int before_ = -1;
};

// Those of this thread, the dead ones that nobody has reaped too.
std::string children() { return read_file("/proc/thread-self/children", {.size_max = 100'000}).value(); }

// A line of /proc/self/status as a program has it that is started as a minder is.
std::string status_of_a_minder(const std::string& name) {
  const Fd program{::open("/bin/cat", O_PATH | O_CLOEXEC)};
  OutputOfOthers output;
  const Result<Fd> process = spawn_minder(program, "/proc/self/status", {});
  REQUIRE(process.has_value());
  REQUIRE(wait_for_end(*process, Millis{30'000}));
  const std::string text = "\n" + output.take();
  (void)reap_child(*process);
  const std::size_t at = text.find("\n" + name + ":");
  REQUIRE(at != std::string::npos);
  const std::size_t value = text.find_first_not_of(" \t", at + name.size() + 2);
  return text.substr(value, text.find('\n', value) - value);
}

}  // namespace

// A handler of the daemon that ran there would see and change the daemon's memory.
TEST_CASE("jobs/spawn: S28 from its first instruction on no signal interrupts what becomes a minder") {
  const std::uint64_t blocked = std::strtoull(status_of_a_minder("SigBlk").c_str(), nullptr, 16);
  for (int signal = 1; signal <= 64; ++signal) {
    CAPTURE(signal);
    const bool cannot_be = signal == SIGKILL || signal == SIGSTOP;
    CHECK(((blocked >> (signal - 1)) & 1U) == (cannot_be ? 0U : 1U));
  }
  sigset_t mine;
  ::sigprocmask(SIG_SETMASK, nullptr, &mine);
  CHECK(::sigismember(&mine, SIGTERM) == 0);  // and afterwards the daemon has its own again
}

TEST_CASE(
    "jobs/spawn: S29 a program that cannot be executed is an error of the caller's, and leaves no process behind") {
  const Fd nothing{::open("/etc/passwd", O_PATH | O_CLOEXEC)};
  const std::string before = children();
  const Result<Fd> process = spawn_minder(nothing, "/", {});
  REQUIRE_FALSE(process.has_value());
  CHECK(process.error().what == "exec belfry-minder: Permission denied");
  CHECK(children() == before);
}
