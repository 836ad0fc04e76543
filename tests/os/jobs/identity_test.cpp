// What a job finds when it starts (S28, F21).
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include <doctest/doctest.h>

#include <base/text.h>
#include <jobs/account.h>
#include <tests/os/jobs/bench.h>

namespace belfry::tests {
namespace {

std::vector<std::string> sorted_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string_view line : split(trim(text), '\n')) lines.emplace_back(line);
  std::ranges::sort(lines);
  return lines;
}

TEST_CASE("jobs/minder: S28 a job's environment is what is documented, and nothing of the daemon's") {
  ::setenv("NOTIFY_SOCKET", "/run/systemd/notify", 1);
  ::setenv("CREDENTIALS_DIRECTORY", "/run/credentials", 1);
  Bench bench;
  bench.clock().now.wall = noon + Millis{250};
  const StartOrder order = bench.order(Command{{"/usr/bin/env"}});
  bench.run(order);
  ::unsetenv("NOTIFY_SOCKET");
  ::unsetenv("CREDENTIALS_DIRECTORY");
  const Account account = own_account();
  std::vector<std::string> expected = {
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "HOME=" + account.home,
      "USER=" + account.name,
      "LOGNAME=" + account.name,
      "SHELL=/bin/sh",
      "LANG=C.UTF-8",
      "BELFRY_JOB=test-job",
      "BELFRY_RUN_ID=" + order.run.id.text(),
      "BELFRY_ATTEMPT=1",
      "BELFRY_TRIGGER=schedule",
      "BELFRY_SCHEDULED_TIME=2026-11-20T12:00:00Z",
      "BELFRY_SCHEDULED_DATE=2026-11-20",
      "BELFRY_LATE_MS=250",
      "BELFRY_MISSED_COUNT=0",
      "BELFRY_RESULT=" + bench.directory(order.id) + "/job/result",
      "BELFRY_PROGRESS=" + bench.directory(order.id) + "/job/progress",
      "BELFRY_CHECKPOINT=" + bench.directory(order.id) + "/job/checkpoint",
  };
  std::ranges::sort(expected);
  CHECK(sorted_lines(bench.output(order.id)) == expected);
}

TEST_CASE("jobs/launcher: S28 the scheduled date is a day of the job's own zone") {
  Bench bench;
  struct Row {
    const char* zone;
    const char* date;
  };
  for (const Row& row : {Row{"Pacific/Auckland", "2026-11-21"}, Row{"UTC", "2026-11-20"}, Row{"", "2026-11-20"},
                         Row{"No/Such_Zone", "2026-11-20"}}) {
    CAPTURE(row.zone);
    StartOrder order = bench.script("echo $BELFRY_SCHEDULED_DATE");
    Job job = *order.job;
    job.zone_name = row.zone;
    order.job = std::make_shared<const Job>(std::move(job));
    bench.run(order);
    CHECK(bench.output(order.id) == row.date + std::string("\n"));
  }
}

TEST_CASE("jobs/minder: S28 a job has descriptors 0 to 2 alone, whatever the daemon has open (F21)") {
  const Fd leaky{::open("/dev/zero", O_RDONLY)};  // as a library might: not close-on-exec
  Bench bench;
  const StartOrder order =
      bench.script("for n in $(seq 0 63); do [ ! -e /proc/$$/fd/$n ] || echo $n $(readlink /proc/$$/fd/$n); done");
  bench.run(order);
  const std::vector<std::string> lines = sorted_lines(bench.output(order.id));
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "0 /dev/null");
  CHECK(lines[1].starts_with("1 pipe:"));
  CHECK(lines[2].starts_with("2 pipe:"));
}

TEST_CASE("jobs/minder: S28 signal dispositions are the default and nothing is blocked (F21)") {
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  const auto realtime_before = ::signal(SIGRTMIN + 3, SIG_IGN);
  sigset_t some;
  sigset_t mask_before;
  ::sigemptyset(&some);
  ::sigaddset(&some, SIGUSR1);
  ::sigaddset(&some, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &some, &mask_before);
  Bench bench;
  const StartOrder order = bench.order(Command{{"grep", "-E", "^Sig(Blk|Ign|Pnd)", "/proc/self/status"}});
  bench.run(order);
  ::sigprocmask(SIG_SETMASK, &mask_before, nullptr);
  ::signal(SIGPIPE, before);
  ::signal(SIGRTMIN + 3, realtime_before);
  CHECK(bench.output(order.id) == "SigPnd:\t0000000000000000\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_CASE("jobs/minder: S28 a job has a group of its own in a session apart from the daemon's, under its minder") {
  Bench bench;
  const StartOrder order = bench.script("sleep 30");
  bench.start(order);
  bench.follow_to_start(order.id);
  const Claim claim = bench.claim(order.id);
  const auto job = read_process_facts(claim.job.pid);
  REQUIRE(job);
  CHECK(job->parent == claim.minder.pid);
  CHECK(::getpgid(claim.job.pid) == claim.job.pid);
  CHECK(job->session == claim.minder.pid);
  CHECK(job->session != ::getsid(0));
  CHECK(job->start == claim.job.start);
  const auto minder = read_process_facts(claim.minder.pid);
  REQUIRE(minder);
  CHECK(minder->start == claim.minder.start);
}

TEST_CASE("jobs/minder: S28 the umask is 0022, and the working directory the job's own or its user's home") {
  const mode_t before = ::umask(0077);
  Bench bench;
  StartOrder order = bench.script("umask; pwd");
  bench.run(order);
  CHECK(bench.output(order.id) == "0022\n/\n");
  Job job = *order.job;
  job.working_dir = std::nullopt;
  StartOrder at_home = bench.script("umask; pwd");
  at_home.job = std::make_shared<const Job>(std::move(job));
  bench.run(at_home);
  ::umask(before);
  CHECK(bench.output(at_home.id) == "0022\n" + own_account().home + "\n");
}

TEST_CASE("jobs/minder: S28 a bash script fails in the middle of a pipe too") {
  Bench bench;
  const Outcome& outcome = bench.run(bench.order(Script{.text = "false | true", .shell = Script::Shell::bash}));
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end.code == 1);
}

}  // namespace
}  // namespace belfry::tests
