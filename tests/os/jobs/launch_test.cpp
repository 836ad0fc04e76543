// A job from start to end: how it ends, and what it wrote.
#include <signal.h>

#include <doctest/doctest.h>

#include <tests/os/jobs/bench.h>

namespace belfry::tests {
namespace {

TEST_CASE("jobs/launcher: S31 a job starts, runs and ends with its exit code and its output") {
  Bench bench;
  const StartOrder order = bench.script("echo hello; exit 3");
  const Outcome& outcome = bench.run(order);
  REQUIRE(outcome.started);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end == ProcessEnd{.how = ProcessEnd::How::exited, .code = 3});
  CHECK(outcome.ended->reason == Reason::none);
  CHECK(outcome.ended->started == outcome.started->at);
  CHECK(outcome.ended->finished >= outcome.ended->started);
  CHECK(outcome.ended->usage.output_bytes == 6);
  CHECK(bench.output(order.id) == "hello\n");
}

}  // namespace
}  // namespace belfry::tests
