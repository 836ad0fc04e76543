// What a job leaves for the daemon: how far it is, its result, its checkpoint.
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

#include <doctest/doctest.h>

#include <base/file.h>
#include <jobs/job_files.h>
#include <tests/os/jobs/bench.h>

namespace belfry::tests {
namespace {

TEST_CASE("jobs/progress: S31 a line ::progress on stdout says how far a job is") {
  Bench bench;
  const Outcome& outcome = bench.run_script(
      "echo ::progress 10 begun; echo '  ::progress 90 not at the beginning'; echo ::progress many; echo "
      "'::progress 55% half'; echo ::progress 20 on stderr >&2");
  REQUIRE(outcome.ended);
  REQUIRE_FALSE(outcome.progress.empty());
  CHECK(outcome.progress.back().percent == 55);
  CHECK(outcome.progress.back().message == "half");
}

TEST_CASE("jobs/progress: it is heard while the job runs, also by the next daemon, and what comes too fast is not") {
  Bench bench;
  const StartOrder order =
      bench.script("i=0; while [ $i -lt 500 ]; do echo ::progress 30 $i; i=$((i+1)); done; exec sleep 60");
  const auto began = std::chrono::steady_clock::now();
  bench.start(order);
  const Outcome& outcome = bench.follow_to_start(order.id);
  REQUIRE(bench.follow([&] { return !outcome.progress.empty(); }));
  bench.clock().now.boot += std::chrono::seconds{5};  // the launcher's pause is over, not the minder's
  REQUIRE(bench.follow([&] {
    bench.clock().now.boot += std::chrono::seconds{2};
    return outcome.progress.back().message == "499";
  }));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now() - began).count();
  CHECK(outcome.progress.size() <= 4 + static_cast<std::size_t>(seconds));  // one in each pause of the minder's
  bench.destroy_launcher();
  bench.create_launcher();
  CHECK(bench.recover(order.run).progress.back().message == "499");
  bench.launcher().stop({.id = order.id, .reason = Reason::by_request});
  bench.follow_to_end(order.id);
}

TEST_CASE("jobs/progress: what is written to $BELFRY_PROGRESS is heard, whoever writes it") {
  Bench bench;
  const StartOrder order = bench.script("echo '80 uploading' > $BELFRY_PROGRESS; exec sleep 60");
  bench.start(order);
  const Outcome& outcome = bench.follow_to_start(order.id);
  REQUIRE(bench.follow([&] {
    bench.clock().now.boot += std::chrono::seconds{2};
    return !outcome.progress.empty();
  }));
  CHECK(outcome.progress.back().percent == 80);
  CHECK(outcome.progress.back().message == "uploading");
  bench.launcher().stop({.id = order.id, .reason = Reason::by_request});
  bench.follow_to_end(order.id);
}

TEST_CASE("jobs/result: S31 what a job writes to $BELFRY_RESULT is its run's result, byte by byte, up to a bound") {
  Bench bench;
  CHECK(bench.run_script("printf '{\"rows\":3}\\n' > $BELFRY_RESULT").ended->result == "{\"rows\":3}\n");
  CHECK(bench.run_script("true").ended->result == "");
  const Outcome& failed = bench.run_script("echo why > $BELFRY_RESULT; exit 3");
  CHECK(failed.ended->result == "why\n");
  const Outcome& long_one = bench.run_script("head -c 20000 /dev/zero > $BELFRY_RESULT");
  CHECK(long_one.ended->result == "");
  CHECK(long_one.ended->detail == "its result is longer than 16384 bytes and is not kept");
}

TEST_CASE("jobs/result: F46 a link, a FIFO or somebody else's file is no result") {
  Bench bench;
  std::ofstream(bench.scratch("secret")) << "secret" << std::flush;
  CHECK(bench.run_script("ln -s " + bench.scratch("secret") + " $BELFRY_RESULT").ended->result == "");
  CHECK(bench.run_script("ln " + bench.scratch("secret") + " $BELFRY_RESULT").ended->result == "");
  CHECK(bench.run_script("mkfifo $BELFRY_RESULT").ended->result == "");
  CHECK(bench.run_script("mkdir $BELFRY_RESULT").ended->result == "");
}

TEST_CASE(
    "jobs/checkpoint: S24 what one attempt leaves in $BELFRY_CHECKPOINT the next one finds, and no other run does") {
  Bench bench;
  const std::string text =
      "if [ -e $BELFRY_CHECKPOINT ]; then cat $BELFRY_CHECKPOINT; else echo none; fi; echo $BELFRY_ATTEMPT > "
      "$BELFRY_CHECKPOINT";
  StartOrder order = bench.script(text);
  bench.run(order);
  CHECK(bench.output(order.id) == "none\n");
  order.id.attempt = order.run.attempt = 2;
  bench.run(order);
  CHECK(bench.output(order.id) == "1\n");
  order.id.attempt = order.run.attempt = 4;  // the third could not even be prepared
  order.id.launch = order.run.launch = 1;
  bench.run(order);
  CHECK(bench.output(order.id) == "2\n");
  const StartOrder other = bench.script(text);
  bench.run(other);
  CHECK(bench.output(other.id) == "none\n");
}

TEST_CASE("jobs/checkpoint: S3 it outlives a launch that never executed") {
  Bench bench;
  StartOrder order = bench.script("cat $BELFRY_CHECKPOINT || echo none; echo kept > $BELFRY_CHECKPOINT");
  bench.run(order);
  order.id.attempt = order.run.attempt = 2;
  REQUIRE(create_run_directory(bench.directory(order.id), {.boot = bench.boot(), .cwd = "/", .argv = {"/bin/true"}}));
  take_over_checkpoint(bench.runs(), order.id);  // and then the daemon died
  bench.destroy_launcher();
  bench.create_launcher();
  CHECK(bench.recover(order.run).never_executed);
  order.id.launch = order.run.launch = 2;
  bench.destroy_launcher();
  bench.create_launcher();
  bench.run(order);
  CHECK(bench.output(order.id) == "kept\n");
}

}  // namespace
}  // namespace belfry::tests
