// A job from its start to its end: how it ended, what it wrote, why it did not start.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <doctest/doctest.h>

#include <base/file.h>
#include <jobs/output.h>
#include <jobs/run_directory.h>
#include <tests/os/jobs/bench.h>

namespace belfry::tests {
namespace {

void write_program(const std::string& path, const std::string& content, mode_t mode) {
  std::ofstream(path) << content;
  REQUIRE(::chmod(path.c_str(), mode) == 0);
}

TEST_CASE("jobs/launcher: S31 a job starts, runs and ends with its exit code, its times and its use of the machine") {
  Bench bench;
  const StartOrder order = bench.script("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo hello; exit 3");
  const Outcome& outcome = bench.run(order);
  REQUIRE(outcome.started);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end == ProcessEnd{.how = ProcessEnd::How::exited, .code = 3});
  CHECK(outcome.ended->reason == Reason::none);
  CHECK(outcome.ended->started == outcome.started->at);
  CHECK(outcome.ended->finished > outcome.ended->started);
  CHECK(outcome.ended->usage.output_bytes == 6);
  CHECK(outcome.ended->usage.cpu_user + outcome.ended->usage.cpu_system > std::chrono::milliseconds{1});
  CHECK(outcome.ended->usage.memory_peak_bytes > 100'000);
  CHECK(bench.output(order.id) == "hello\n");
}

TEST_CASE("jobs/launcher: S31 every way to end is told apart") {
  struct Row {
    const char* script = nullptr;
    ProcessEnd end;
  };
  Bench bench;
  for (const Row& row : {
           Row{"exit 0", {ProcessEnd::How::exited, 0}}, Row{"exit 255", {ProcessEnd::How::exited, 255}},
           Row{"exit 137", {ProcessEnd::How::exited, 137}},  // not a signal, although shells print one so
           Row{"kill -KILL $$", {ProcessEnd::How::signalled, SIGKILL}},
           Row{"kill -SEGV $$", {ProcessEnd::How::signalled, SIGSEGV}},
           Row{"false; exit 0", {ProcessEnd::How::exited, 1}},              // -e
           Row{"echo \"$no_such\"; exit 0", {ProcessEnd::How::exited, 2}},  // -u
       }) {
    CAPTURE(row.script);
    const Outcome& outcome = bench.run_script(row.script);
    REQUIRE(outcome.ended);
    CHECK(outcome.ended->end == row.end);
  }
}

TEST_CASE("jobs/launcher: S29 why a job did not start is said exactly, and it is not exit 127 (F13)") {
  Bench bench;
  write_program(bench.scratch("not-executable"), "#!/bin/sh\n", 0644);
  write_program(bench.scratch("bad-interpreter"), "#!/no/such/shell\n", 0755);
  write_program(bench.scratch("no-format"), "just text\n", 0755);
  const std::string here = bench.scratch("");
  struct Row {
    Command command;
    std::string working_dir;
    std::string detail;
  };
  const std::vector<Row> table = {
      {{{"/no/such"}}, "/", "exec /no/such: No such file or directory"},
      {{{here + "not-executable"}}, "/", "exec " + here + "not-executable: it is not executable: chmod +x"},
      {{{"/tmp"}}, "/", "exec /tmp: it is a directory, not a program"},
      {{{here + "bad-interpreter"}},
       "/",
       "exec " + here + "bad-interpreter: the interpreter that its first line names does not exist"},
      {{{here + "no-format"}},
       "/",
       "exec " + here + "no-format: it is neither a program for this machine nor a script that begins with #!"},
      {{{"/bin/true", std::string(200'000, 'x')}}, "/", "exec /bin/true: Argument list too long"},
      {{{"/bin/true"}}, "/no/dir", "chdir /no/dir: No such file or directory"},
      {{{"/bin/true"}}, "/etc/passwd", "chdir /etc/passwd: Not a directory"},
      {{{"no-such-program"}}, "/", "exec no-such-program: No such file or directory (looked for in the job's PATH)"},
      {{{"./not-here"}}, "/", "exec ./not-here: No such file or directory"},
      {{{"/bin/echo", std::string("a\0b", 3)}},
       "/",
       "exec: an argument, a variable or the working directory contains a NUL"},
  };
  for (const Row& row : table) {
    CAPTURE(row.detail);
    StartOrder order = bench.order(row.command);
    Job job = *order.job;
    job.working_dir = row.working_dir;
    order.job = std::make_shared<const Job>(std::move(job));
    const Outcome& outcome = bench.run(order);
    REQUIRE(outcome.start_failed);
    CHECK(outcome.start_failed->detail == row.detail);
    CHECK(outcome.reports == 1);
  }
}

TEST_CASE("jobs/launcher: S29 a program that is being written is text file busy (F13)") {
  Bench bench;
  const std::string path = bench.scratch("busy");
  std::filesystem::copy("/bin/true", path);
  const Fd writer{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  const Outcome& outcome = bench.run(bench.order(Command{{path}}));
  REQUIRE(outcome.start_failed);
  CHECK(outcome.start_failed->detail == "exec " + path + ": Text file busy");
}

TEST_CASE("jobs/launcher: S29 without descriptors a start fails aloud and the next one works again") {
  Bench bench;
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  const StartOrder order = bench.script("exit 0");
  ::setrlimit(RLIMIT_NOFILE, &none);
  bench.start(order);
  ::setrlimit(RLIMIT_NOFILE, &before);
  REQUIRE(bench.outcome(order.id).start_failed);
  CHECK(bench.outcome(order.id).start_failed->detail.ends_with("Too many open files"));
  CHECK(bench.run_script("exit 0").ended);
}

// Until no more goes in.
void fill_hints(const std::string& path) {
  const Fd socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(path.size() < sizeof address.sun_path);
  path.copy(static_cast<char*>(address.sun_path), path.size());
  int sent = 0;
  while (::sendto(socket.get(), "noise", 5, 0, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 5)
    ++sent;
  REQUIRE(errno == EAGAIN);
  CHECK(sent > 0);
}

TEST_CASE("jobs/minder: S31 a word to the daemon that found no room is said again") {
  Bench bench;
  fill_hints(bench.runs() + "/" + run_directory::hints_socket);
  const StartOrder order = bench.script("sleep 60");
  const Outcome& outcome = bench.outcome(order.id);
  bench.launcher().start(order);
  for (int i = 0; i < 2000 && !bench.has_file(order.id, "started"); ++i) ::poll(nullptr, 0, 5);
  ::poll(nullptr, 0, 200);  // it has tried by now
  CHECK(bench.follow_for(Millis{10'000}, [&] { return outcome.started.has_value(); }));
  CHECK_FALSE(outcome.is_over());
  bench.launcher().stop({.id = order.id, .reason = Reason::by_request});
  bench.follow_to_end(order.id);
}

TEST_CASE("jobs/launcher: S3 F11 a run whose end cannot be read for want of descriptors is not lost for that") {
  Bench bench;
  const StartOrder order = bench.script("exit 3");
  bench.start(order);
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  REQUIRE(eventually([&] { return bench.has_file(order.id, "exit"); }));
  ::setrlimit(RLIMIT_NOFILE, &none);
  CHECK_FALSE(bench.follow_for(Millis{350}, [&] { return bench.outcome(order.id).is_over(); }));
  ::setrlimit(RLIMIT_NOFILE, &before);
  const Outcome& outcome = bench.follow_to_end(order.id);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end.code == 3);
}

TEST_CASE("jobs/launcher: S29 a command without a slash is found in the job's own PATH") {
  Bench bench;
  write_program(bench.scratch("tool"), "#!/bin/sh\nexit 9\n", 0755);
  StartOrder order = bench.order(Command{{"tool"}});
  Job job = *order.job;
  job.env = {{"PATH", "/no/such/dir:" + bench.scratch("") + ":/bin"}};
  order.job = std::make_shared<const Job>(std::move(job));
  const Outcome& outcome = bench.run(order);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end.code == 9);
}

TEST_CASE("jobs/launcher: S3 a launch that finds its directory taken does not start") {
  Bench bench;
  const StartOrder order = bench.script("echo x >> " + bench.scratch("marks"));
  bench.run(order);
  Bench other;  // with a record of its own, so that the second report is not taken for one of the first launch
  const Result<void> again = create_run_directory(bench.directory(order.id), {.argv = {"true"}});
  REQUIRE_FALSE(again);
  CHECK(again.error().sys_errno == EEXIST);
}

TEST_CASE("jobs/launcher: S28 the run directory lets others through but not in, and job/ is the job's alone") {
  Bench bench;
  const mode_t before = ::umask(0077);
  const StartOrder order = bench.script("echo something");
  bench.run(order);
  ::umask(before);
  const auto mode = [&](const std::string& name) {
    struct stat status{};
    REQUIRE(::stat((bench.directory(order.id) + name).c_str(), &status) == 0);
    return status.st_mode & 07777U;
  };
  CHECK(mode("") == 0711U);
  CHECK(mode("/job") == 0700U);
  for (const char* name : {"/spec", "/started", "/output", "/output.index", "/exit"}) {
    CAPTURE(name);
    CHECK(mode(name) == 0600U);
  }
}

TEST_CASE("jobs/launcher: S3 the minder stays the same program when its file is replaced underneath") {
  Bench bench;
  const std::string copy = bench.scratch("minder");
  std::filesystem::copy(BELFRY_MINDER, copy);
  bench.destroy_launcher();
  bench.create_launcher(copy);
  std::filesystem::remove(copy);
  CHECK(bench.run_script("exit 0").ended);
}

TEST_CASE("jobs/launcher: a minder that is missing is said when the launcher opens") {
  Bench bench;
  auto opened = CommandLauncher::open({.runs_path = bench.runs(),
                                       .minder_path = "/no/belfry-minder",
                                       .boot = bench.boot(),
                                       .clock = bench.clock(),
                                       .report = [](const Report&) {}});
  REQUIRE_FALSE(opened);
  CHECK(opened.error().what == "open /no/belfry-minder: No such file or directory");
}

TEST_CASE("jobs/launcher: S3 many starts at once lose no report, although the daemon reads no hint for a while") {
  Bench bench;
  std::vector<StartOrder> orders;
  for (int i = 0; i < 40; ++i) orders.push_back(bench.script("sleep 60"));
  for (const StartOrder& order : orders) bench.start(order);
  // More hints than a datagram socket holds; the minders whose hint found it full try again.
  for (const StartOrder& order : orders) {
    REQUIRE(eventually([&] {
      const auto claim = read_claim(bench.directory(order.id));
      return claim && *claim && (*claim)->executing;
    }));
  }
  for (const StartOrder& order : orders) CHECK(bench.follow_to_start(order.id).started);
}

TEST_CASE("jobs/launcher: S3 hints are only hints: without their socket everything is still reported") {
  Bench bench;
  std::filesystem::remove(bench.runs() + "/hints");
  const Outcome& outcome = bench.run_script("exit 6");
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end.code == 6);
  CHECK(outcome.started);
}

TEST_CASE("jobs/minder: S27 a job may close its streams, and reads nothing from its stdin: neither is its end (F20)") {
  Bench bench;
  const std::string release = bench.scratch("release");
  const StartOrder order = bench.script("cat; echo nothing to read; exec <&- >&- 2>&-; while [ ! -e " + release +
                                        " ]; do sleep 0.02; done; exit 3");
  bench.start(order);
  bench.follow_to_start(order.id);
  REQUIRE(bench.follow(
      [&] { return read_file(bench.directory(order.id) + "/output").value_or("") == "nothing to read\n"; }));
  CHECK_FALSE(bench.follow_for(Millis{200}, [&] { return bench.outcome(order.id).is_over(); }));
  REQUIRE(replace_file(release, ""));
  CHECK(bench.follow_to_end(order.id).ended->end == ProcessEnd{ProcessEnd::How::exited, 3});
}

TEST_CASE("jobs/launcher: S3 a job does not end with the thread that has started it (F23)") {
  Bench bench;
  const std::string release = bench.scratch("release");
  const StartOrder order = bench.script("while [ ! -e " + release + " ]; do sleep 0.02; done; exit 4");
  std::thread([&] { bench.start(order); }).join();
  bench.follow_to_start(order.id);
  CHECK_FALSE(bench.follow_for(Millis{100}, [&] { return bench.outcome(order.id).is_over(); }));
  REQUIRE(replace_file(release, ""));
  CHECK(bench.follow_to_end(order.id).ended->end == ProcessEnd{ProcessEnd::How::exited, 4});
}

// BELFRY_LONG=1: ten thousand.
TEST_CASE("jobs/launcher: S27 hundreds of short jobs leave no zombie and no descriptor behind (F22)") {
  const int jobs = std::getenv("BELFRY_LONG") != nullptr ? 10'000 : 200;
  const auto descriptors = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator{});
  };
  Bench bench;
  REQUIRE(eventually([] { return ::waitpid(-1, nullptr, WNOHANG) == -1; }));  // those of earlier tests
  const auto before = descriptors();
  for (int i = 0; i < jobs; ++i) bench.run_script("exit 0");
  bench.clock().now.boot += std::chrono::minutes{1};  // the minders have rested
  CHECK(bench.follow([&] { return descriptors() == before; }));
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

TEST_CASE("jobs/launcher: S22 F25 all that ended while nobody listened is heard of at once") {
  Bench bench;
  constexpr int count = 150;
  std::vector<AttemptId> ids;
  for (int i = 0; i < count; ++i) {
    const StartOrder order = bench.order(Command{{"/bin/true"}});
    bench.start(order);
    ids.push_back(order.id);
  }
  for (const AttemptId& id : ids) {
    Fd lock;
    REQUIRE(eventually([&] { return bench.has_file(id, "exit"); }));
    REQUIRE(eventually([&] { return try_lock(bench.directory(id), lock) == LockState::obtained; }));
  }
  bench.launcher().dispatch();
  for (const AttemptId& id : ids) CHECK(bench.outcome(id).is_over());
}

}  // namespace
}  // namespace belfry::tests
