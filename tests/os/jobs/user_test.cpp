// Jobs that run as somebody else: only root can let them.
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include <doctest/doctest.h>

#include <base/file.h>
#include <tests/os/jobs/bench.h>

namespace belfry::tests {
namespace {

class RootBench : public Bench {
 public:
  RootBench() {
    if (::geteuid() == 0 && ::getpwnam("daemon") != nullptr) return;
    std::fprintf(stderr, "skipped: this is not root, or there is no user `daemon`\n");
    std::exit(77);
  }

  std::string output_as(const ProcessSettings& process, const std::string& script) {
    const StartOrder order = this->script(script, process);
    const Outcome& outcome = run(order);
    if (outcome.start_failed) FAIL(outcome.start_failed->detail);
    return output(order.id);
  }
};

std::string ids(uid_t uid, gid_t gid) {
  const std::string u = "\t" + std::to_string(uid), g = "\t" + std::to_string(gid);
  return "Uid:" + u + u + u + u + "\nGid:" + g + g + g + g + "\n";
}

TEST_CASE("jobs/minder: S28 a job with a user has its identity, all of it, and its home and names") {
  RootBench bench;
  const passwd& daemon = *::getpwnam("daemon");
  const std::string status = bench.output_as(
      {.user = "daemon"},
      "grep -E '^(Uid|Gid):' /proc/self/status; id -G; grep CapEff /proc/self/status; echo $USER $HOME");
  CHECK(status == ids(daemon.pw_uid, daemon.pw_gid) + std::to_string(daemon.pw_gid) +
                      "\nCapEff:\t0000000000000000\ndaemon " + daemon.pw_dir + "\n");
}

TEST_CASE("jobs/minder: S28 a group of its own is the main one; numbers need no entry in the database") {
  RootBench bench;
  const passwd& daemon = *::getpwnam("daemon");
  const std::string report = "grep -E '^(Uid|Gid):' /proc/self/status";
  CHECK(bench.output_as({.user = "daemon", .group = "12345"}, report) == ids(daemon.pw_uid, 12345));
  CHECK(bench.output_as({.user = "54321", .group = "12345"}, report) == ids(54321, 12345));
  CHECK(bench.output_as({.user = "54321"}, report) == ids(54321, 54321));
  CHECK(bench.output_as({.group = "12345"}, report) == ids(0, 12345));
}

TEST_CASE("jobs/minder: S28 there is no way back to root, and only its own part of the run directory is open to it") {
  RootBench bench;
  const StartOrder order =
      bench.script("cd " + bench.runs() +
                       "/$BELFRY_RUN_ID.1.1/job && : > mine && cd .. && "
                       "for f in spec lock started output exit; do cat $f >/dev/null 2>&1 && echo $f; done; "
                       "touch new 2>/dev/null && echo new; ls 2>/dev/null || true",
                   {.user = "daemon"});
  REQUIRE(::chmod(bench.scratch("").c_str(), 0755) == 0);
  const Outcome& outcome = bench.run(order);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end == ProcessEnd{});
  CHECK(bench.output(order.id).empty());
  CHECK(bench.has_file(order.id, "job/mine"));
}

TEST_CASE("jobs/minder: S28 a job's user can put nothing in the place of what the daemon writes (F46)") {
  RootBench bench;
  REQUIRE(::chmod(bench.scratch("").c_str(), 0755) == 0);
  const std::string victim = bench.scratch("victim");
  REQUIRE(replace_file(victim, "untouched").has_value());
  const StartOrder order =
      bench.script("cd " + bench.runs() +
                       "/$BELFRY_RUN_ID.1.1; echo before; "
                       "for f in output output.index started exit exit.new spec lock input; do "
                       "rm -f $f 2>/dev/null || :; ln -sf " +
                       victim +
                       " $f 2>/dev/null && echo linked $f || :; mv job/x $f 2>/dev/null && echo moved || :; done; "
                       "rmdir job 2>/dev/null || :; ln -s " +
                       victim + " job/exit; echo after; exit 4",
                   {.user = "daemon"});
  const Outcome& outcome = bench.run(order);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end.code == 4);
  CHECK(bench.output(order.id) == "before\nafter\n");
  CHECK(read_file(victim) == "untouched");
}

TEST_CASE("jobs/minder: S28 nobody but a job's own user says how far it is") {
  RootBench bench;
  REQUIRE(::chmod(bench.scratch("").c_str(), 0755) == 0);
  const std::string release = bench.scratch("release");
  const StartOrder honest = bench.script(
      "echo '40 mine' > $BELFRY_PROGRESS; while [ ! -e " + release + " ]; do sleep 0.02; done", {.user = "daemon"});
  bench.start(honest);
  bench.follow_to_start(honest.id);
  REQUIRE(bench.follow([&] {
    bench.clock().now.boot += std::chrono::seconds{2};
    return !bench.outcome(honest.id).progress.empty();
  }));
  const std::string theirs = bench.directory(honest.id) + "/job/progress";
  const std::string said = bench.output_as({.user = "54321"}, "(echo '99 stolen' > " + theirs + ") 2>&1 || (ls " +
                                                                  bench.directory(honest.id) + "/job) 2>&1");
  CHECK(said.find("cannot create " + theirs + ": Permission denied") != std::string::npos);
  CHECK(said.find("cannot open directory") != std::string::npos);
  REQUIRE(replace_file(release, ""));
  bench.follow_to_end(honest.id);
  CHECK(bench.outcome(honest.id).progress.back().percent == 40);
  CHECK(bench.outcome(honest.id).progress.back().message == "mine");
}

TEST_CASE("jobs/minder: S28 the working directory is entered as the job's user, not as root") {
  RootBench bench;
  const StartOrder order = bench.script("exit 0", {.user = "daemon"});
  const std::string closed = bench.scratch("closed");
  REQUIRE(::mkdir(closed.c_str(), 0700) == 0);
  StartOrder there = order;
  Job job = *order.job;
  job.working_dir = closed;
  there.job = std::make_shared<const Job>(std::move(job));
  const Outcome& outcome = bench.run(there);
  REQUIRE(outcome.start_failed);
  CHECK(outcome.start_failed->detail == "chdir " + closed + ": Permission denied");
}

TEST_CASE("jobs/minder: S28 a limit above the daemon's own is raised before the rights are given up") {
  RootBench bench;
  CHECK(bench.output_as({.user = "daemon", .limits = {.nice = -5}}, "nice") == "-5\n");
}

}  // namespace
}  // namespace belfry::tests
