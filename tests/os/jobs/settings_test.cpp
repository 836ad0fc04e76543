// What a job's settings make of its process: everything that needs no right that the test may not have.
#include <sys/stat.h>

#include <doctest/doctest.h>

#include <base/file.h>
#include <tests/os/jobs/bench.h>

namespace belfry::tests {
namespace {

std::string output_of(Bench& bench, const std::string& script, ProcessSettings process) {
  const StartOrder order = bench.script(script, std::move(process));
  const Outcome& outcome = bench.run(order);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end == ProcessEnd{});
  return bench.output(order.id);
}

TEST_CASE("jobs/minder: S28 the umask, the standard input and the bounds of a process are the job's") {
  Bench bench;
  CHECK(output_of(bench, "umask", {.umask = 0137}) == "0137\n");
  CHECK(output_of(bench, "umask", {.umask = 0}) == "0000\n");
  CHECK(output_of(bench, "cat; echo .", {.stdin_text = "one\ntwo"}) == "one\ntwo.\n");
  CHECK(output_of(bench, "cat; echo .", {.stdin_text = ""}) == ".\n");
  CHECK(output_of(bench, "ulimit -Sn; ulimit -Hn", {.limits = {.open_files = 123}}) == "123\n123\n");
  CHECK(output_of(bench, "nice", {.limits = {.nice = 7}}) == "7\n");
  CHECK(output_of(bench, "ionice", {.limits = {.io = IoPriority::idle}}) == "idle\n");
  CHECK(output_of(bench, "ionice", {.limits = {.io = IoPriority::low}}) == "best-effort: prio 7\n");
}

TEST_CASE("jobs/minder: S28 nobody else can read a job's standard input") {
  Bench bench;
  const StartOrder order = bench.script("cat", {.stdin_text = "secret"});
  bench.run(order);
  struct stat status{};
  REQUIRE(::stat((bench.directory(order.id) + "/input").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777U) == 0600U);
}

TEST_CASE("jobs/minder: S28 the kernel may choose a job before its daemon when memory is short") {
  Bench bench;
  const std::string own = read_file("/proc/self/oom_score_adj").value();
  const std::string expected = own.starts_with("-") ? "0\n" : own;
  CHECK(output_of(bench, "cat /proc/self/oom_score_adj", {}) == (::geteuid() == 0 ? "0\n" : expected));
}

TEST_CASE("jobs/launcher: S28 the variables of env_file stand below those of env and above the defaults") {
  Bench bench;
  const std::string path = bench.scratch("env");
  REQUIRE(replace_file(path, "# a comment\n\nexport A=from file\nB='quoted $A'\nLANG=C\nC=\n"));
  StartOrder order = bench.script("echo \"$A|$B|$LANG|$C|\"", {.env_file = path});
  Job job = *order.job;
  job.env = {{"A", "from env"}};
  order.job = std::make_shared<const Job>(std::move(job));
  bench.run(order);
  CHECK(bench.output(order.id) == "from env|quoted $A|C||\n");
}

TEST_CASE("jobs/launcher: S29 what the settings name and does not exist is why a job did not start") {
  Bench bench;
  const std::string bad = bench.scratch("bad");
  REQUIRE(replace_file(bad, "A=1\nnot a variable\n"));
  struct Row {
    ProcessSettings process;
    std::string detail;
  };
  for (const Row& row : {
           Row{{.user = "no-such-user"}, "user no-such-user: there is no such user on this machine"},
           Row{{.group = "no-such-group"}, "group no-such-group: there is no such group on this machine"},
           Row{{.env_file = "/no/such/env"}, "open /no/such/env: No such file or directory"},
           Row{{.env_file = bad}, bad + ":2: this is not NAME=VALUE"},
           Row{{.limits = {.open_files = 1'000'000'000'000}}, "setrlimit: Operation not permitted"},
       }) {
    CAPTURE(row.detail);
    const Outcome& outcome = bench.run(bench.script("exit 0", row.process));
    REQUIRE(outcome.start_failed);
    CHECK(outcome.start_failed->detail == row.detail);
  }
}

TEST_CASE("jobs/minder: S25 a condition that could not be asked is told from one that says no") {
  struct Row {
    std::string only_if;
    std::string detail;
  };
  Bench bench;
  for (const Row& row : {
           Row{"exit 1", "only_if ended with exit code 1"},
           Row{"no-such-command", "only_if ended with exit code 127, as a shell does that does not find a command"},
           Row{"/etc/passwd", "only_if ended with exit code 126, as a shell does that may not execute a command"},
           Row{"kill -KILL $$", "only_if ended with exit code 137, as by SIGKILL"},
           Row{"exit 255", "only_if ended with exit code 255"},  // no signal has that number
       }) {
    CAPTURE(row.only_if);
    const Outcome& outcome = bench.run(bench.script("exit 0", {.only_if = row.only_if}));
    REQUIRE(outcome.ended);
    CHECK(outcome.ended->reason == Reason::condition);
    CHECK(outcome.ended->detail == row.detail);
  }
}

TEST_CASE("jobs/minder: S25 only_if is asked first, as the job, and where it says no nothing executes") {
  Bench bench;
  const std::string mark = bench.scratch("mark");
  const StartOrder no = bench.script("echo ran > " + mark, {.only_if = "echo asked in $(pwd) as $BELFRY_JOB; exit 9"});
  const Outcome& refused = bench.run(no);
  REQUIRE(refused.ended);
  CHECK_FALSE(refused.started);
  CHECK(refused.ended->reason == Reason::condition);
  CHECK(refused.ended->end.code == 9);
  CHECK(refused.ended->detail == "only_if ended with exit code 9");
  CHECK(bench.output(no.id) == "asked in / as test-job\n");
  CHECK_FALSE(read_file(mark));

  const StartOrder yes = bench.script("echo ran; exit 3", {.only_if = "true"});
  const Outcome& done = bench.run(yes);
  REQUIRE(done.ended);
  CHECK(done.started);
  CHECK(done.ended->reason == Reason::none);
  CHECK(done.ended->end.code == 3);
}

TEST_CASE("jobs/minder: S25 a condition that takes too long is ended by the time limit") {
  Bench bench;
  StartOrder order = bench.script("exit 0", {.only_if = "sleep 30"});
  order.time_limit = Millis{200};
  const Outcome& outcome = bench.run(order);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->reason == Reason::timeout);
}

TEST_CASE("jobs/launcher: S25 a condition that said no is also known to the next daemon") {
  Bench bench;
  const StartOrder order = bench.script("exit 0", {.only_if = "false"});
  bench.run(order);
  bench.destroy_launcher();
  bench.create_launcher();
  const Outcome& outcome = bench.recover(order.run);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->reason == Reason::condition);
}

}  // namespace
}  // namespace belfry::tests
