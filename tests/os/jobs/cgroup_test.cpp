// Attempts in control groups of their own, on the real cgroup v2 of this machine; its controllers need not be there.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include <base/file.h>
#include <base/text.h>
#include <jobs/write_control.h>
#include <tests/os/jobs/bench.h>

namespace belfry::tests {
namespace {

[[noreturn]] void skip(const std::string& why) {
  std::fprintf(stderr, "skipped: %s\n", why.c_str());
  std::exit(77);
}

// Where this process is now, in the tree of files.
std::string own_group() {
  const auto path = find_cgroup_home("self", {.is_delegated = [](const std::string&) { return true; }});
  if (!path) skip("no cgroup v2 that may be written to: " + path.error().what);
  return *path;
}

// A group for the test, given to it as a service manager would; the test's process goes back where it was in the end.
class Home {
 public:
  Home() : outside_(own_group()), path_(outside_ + "/belfry-test-" + std::to_string(::getpid())) {
    if (::mkdir(path_.c_str(), 0755) != 0) {
      skip("no cgroup v2 that may be written to: mkdir " + path_ + ": " + std::strerror(errno));
    }
  }
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;
  ~Home() {
    CHECK(write_control(outside_ + "/cgroup.procs", "0"));
    ::rmdir((path_ + "/daemon").c_str());
    CHECK(::rmdir(path_.c_str()) == 0);  // nothing is left in there
  }

  const std::string& path() const { return path_; }
  bool has_group(const AttemptId& id) const { return std::filesystem::exists(path_ + "/" + run_directory_name(id)); }

 private:
  std::string outside_;
  std::string path_;
};

class GroupBench {
 public:
  GroupBench() { create_launcher(); }
  void create_launcher() {
    bench.destroy_launcher();
    bench.create_launcher(BELFRY_MINDER, CgroupHome::settle(home.path()));
  }

  Home home;
  Bench bench;
};

// Gets away from everything but its control group: session, process group and parents.
constexpr const char* runaway = "(setsid sh -c 'echo $$ > PIDFILE; trap \"\" TERM; exec sleep 60' &) & wait; ";

std::string with_pid_file(std::string script, const std::string& path) {
  script.replace(script.find("PIDFILE"), std::strlen("PIDFILE"), path);
  return script;
}

TEST_CASE("jobs/minder: S26 an attempt has a control group of its own, the record says so, and it is gone with it") {
  GroupBench at;
  const StartOrder order = at.bench.script("sed -n s/^0:://p /proc/self/cgroup; sleep 60");
  at.bench.start(order);
  at.bench.follow_to_start(order.id);
  CHECK(at.home.has_group(order.id));
  REQUIRE(eventually([&] { return at.bench.output(order.id).ends_with('\n'); }));
  CHECK(trim(at.bench.output(order.id)).ends_with("/" + run_directory_name(order.id)));
  at.bench.launcher().stop({.id = order.id});
  const Outcome& outcome = at.bench.follow_to_end(order.id);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->usage.containment == Containment::cgroup);
  CHECK(at.bench.follow([&] { return !at.home.has_group(order.id); }));
}

TEST_CASE("jobs/minder: S26 F15 what has left session and process group is killed with its control group") {
  GroupBench at;
  const std::string file = at.bench.scratch("pid");
  const StartOrder order =
      at.bench.script(with_pid_file(runaway, file) + "sleep 60", {.stop_grace_period = Millis{100}});
  at.bench.start(order);
  at.bench.follow_to_start(order.id);
  const pid_t escaped = read_pid(file);
  at.bench.launcher().stop({.id = order.id});
  const Outcome& outcome = at.bench.follow_to_end(order.id);
  REQUIRE(outcome.ended);
  CHECK(eventually([&] { return !is_alive(escaped); }));
}

TEST_CASE("jobs/recovery: F02 F15 where the minder is dead its control group is killed too, and removed") {
  GroupBench at;
  const std::string file = at.bench.scratch("pid");
  const StartOrder order = at.bench.script(with_pid_file(runaway, file) + "sleep 60");
  at.bench.start(order);
  at.bench.follow_to_start(order.id);
  const pid_t escaped = read_pid(file);
  const auto minder = hold_process(at.bench.claim(order.id).minder);
  REQUIRE(minder.has_value());

  SUBCASE("seen by the daemon") {
    signal_process(*minder, SIGKILL);
    CHECK(at.bench.follow_to_end(order.id).lost.has_value());
  }
  SUBCASE("found by the next one") {
    at.bench.destroy_launcher();
    signal_process(*minder, SIGKILL);
    REQUIRE(wait_for_end(*minder, patience));
    at.create_launcher();
    CHECK(at.bench.recover(order.run).lost.has_value());
  }
  CHECK_FALSE(is_alive(escaped));
  CHECK_FALSE(at.home.has_group(order.id));
}

TEST_CASE("jobs/launcher: S26 limits for which the machine has no controller are named in the record") {
  GroupBench at;
  const auto available = Controllers::parse(read_file(at.home.path() + "/cgroup.controllers").value_or(""));
  const StartOrder order = at.bench.script("exit 0", {.limits = {.memory = 64 << 20, .cpus = 1, .pids = 50}});
  const Outcome& outcome = at.bench.run(order);
  REQUIRE(outcome.ended);
  const Controllers missing = Controllers::parse("cpu memory pids").without(available);
  const std::string& detail = outcome.ended->detail;
  CHECK(detail.starts_with("these limits were not in force") == !missing.is_empty());
  for (const auto& [name, one] :
       {std::pair{"cpu", Controllers::One::cpu}, std::pair{"memory", Controllers::One::memory},
        std::pair{"pids", Controllers::One::pids}}) {
    CHECK((detail.find(name) != std::string::npos) == missing.has(one));
  }
}

TEST_CASE("jobs/launcher: groups that nobody needs any more are removed by the next daemon") {
  GroupBench at;
  const AttemptId old{.run = at.bench.script("").id.run, .attempt = 1, .launch = 7};
  REQUIRE(::mkdir((at.home.path() + "/" + run_directory_name(old)).c_str(), 0755) == 0);
  at.bench.recover(std::vector<Run>{});
  CHECK_FALSE(at.home.has_group(old));
}

}  // namespace
}  // namespace belfry::tests
