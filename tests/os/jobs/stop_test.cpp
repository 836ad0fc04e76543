// How an attempt is ended: by its time limit, by somebody who asks for it, and in which steps (S26).
#include <signal.h>

#include <filesystem>

#include <doctest/doctest.h>

#include <base/file.h>
#include <tests/os/jobs/bench.h>

namespace belfry::tests {
namespace {

using Clock = std::chrono::steady_clock;

constexpr ProcessEnd killed{.how = ProcessEnd::How::signalled, .code = SIGKILL};
constexpr ProcessEnd terminated{.how = ProcessEnd::How::signalled, .code = SIGTERM};

// In a script: a child in a session of its own that does not hear SIGTERM, with its pid in a file.
std::string deaf_child(const std::string& pid_file) {
  return "setsid sh -c 'trap \"\" TERM; echo $$ > " + pid_file + "; while :; do sleep 0.02; done' & until [ -s " +
         pid_file + " ]; do sleep 0.01; done; ";
}

StartOrder limited(StartOrder order, Millis limit, Reason reason = Reason::timeout) {
  order.time_limit = limit;
  order.limit_reason = reason;
  return order;
}

TEST_CASE("jobs/minder: S26 a time limit ends the job, and the report says which limit it was") {
  Bench bench;
  for (const Reason reason : {Reason::timeout, Reason::deadline}) {
    const auto before = Clock::now();  // `started` is what the minder saw: late on a busy machine
    const Outcome& outcome = bench.run(limited(bench.script("sleep 30"), Millis{100}, reason));
    REQUIRE(outcome.ended);
    CHECK(outcome.ended->reason == reason);
    CHECK(outcome.ended->end == terminated);
    CHECK(Clock::now() - before >= Millis{100});
  }
}

TEST_CASE("jobs/minder: S26 a job that is faster than its limit is not touched by it") {
  Bench bench;
  const Outcome& outcome = bench.run(limited(bench.script("exit 4"), patience));
  CHECK(outcome.ended->reason == Reason::none);
  CHECK(outcome.ended->end.code == 4);
}

TEST_CASE("jobs/minder: S26 the limit is kept while no daemon lives") {
  Bench bench;
  const StartOrder order = limited(bench.script("sleep 30"), Millis{300});
  bench.start(order);
  bench.follow_to_start(order.id);
  bench.destroy_launcher();
  REQUIRE(eventually([&] { return bench.has_file(order.id, "exit"); }));
  bench.create_launcher();
  const Outcome& outcome = bench.recover(order.run);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->reason == Reason::timeout);
}

TEST_CASE("jobs/minder: S26 a stopped run is over when its whole tree is gone, not earlier") {
  Bench bench;
  const std::string pid_file = bench.scratch("pid");
  const StartOrder order = bench.script(deaf_child(pid_file) + "exec sleep 60", {.stop_grace_period = Millis{300}});
  bench.start(order);
  REQUIRE(read_pid(pid_file) > 0);  // it is deaf by now
  const auto asked = Clock::now();
  bench.launcher().stop({.id = order.id});
  const Outcome& outcome = bench.follow_to_end(order.id);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end == terminated);  // at once
  CHECK(Clock::now() - asked >= Millis{300});
  CHECK_FALSE(is_alive(read_pid(pid_file)));
}

TEST_CASE("jobs/minder: S26 the stop signal is the job's own, and reaches what has left the process group") {
  Bench bench;
  const std::string ready = bench.scratch("ready");
  const StartOrder order =
      bench.script("trap 'wait; exit 5' USR1; setsid -w sh -c 'trap \"echo deep; exit 0\" USR1; : > " + ready +
                       "; while :; do sleep 0.02; done' & until [ -e " + ready + " ]; do sleep 0.01; done; : > " +
                       ready + "2; while :; do sleep 0.02; done",
                   {.stop_signal = SIGUSR1});
  bench.start(order);
  REQUIRE(eventually([&] { return std::filesystem::exists(ready + "2"); }));
  bench.launcher().stop({.id = order.id});
  const Outcome& outcome = bench.follow_to_end(order.id);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end == ProcessEnd{.how = ProcessEnd::How::exited, .code = 5});
  CHECK(bench.output(order.id).find("deep\n") != std::string::npos);
}

TEST_CASE("jobs/minder: S26 with a grace of zero nobody is asked") {
  Bench bench;
  const std::string ready = bench.scratch("ready");
  const StartOrder order = bench.script("trap 'echo asked' TERM; : > " + ready + "; while :; do sleep 0.02; done",
                                        {.stop_grace_period = Millis{0}});
  bench.start(order);
  REQUIRE(eventually([&] { return std::filesystem::exists(ready); }));
  bench.launcher().stop({.id = order.id});
  const Outcome& outcome = bench.follow_to_end(order.id);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end == killed);
  CHECK(bench.output(order.id).empty());
}

TEST_CASE("jobs/minder: S26 a stop that comes before the job is released keeps it from executing") {
  Bench bench;
  int never_executed = 0;
  for (int i = 0; i < 50; ++i) {
    const std::string mark = bench.scratch("mark" + std::to_string(i));
    const StartOrder order = bench.script(": > " + mark + "; sleep 30");
    bench.start(order);
    bench.launcher().stop({.id = order.id});
    const Outcome& outcome = bench.follow_to_end(order.id);
    if (!outcome.start_failed) continue;
    ++never_executed;
    CHECK(outcome.start_failed->detail == "stopped before it executed");
    CHECK_FALSE(std::filesystem::exists(mark));
  }
  CHECK(never_executed > 0);  // the signal is there before the minder is; now and then the other one wins
}

TEST_CASE("jobs/minder: S27 leftovers: wait keeps what they write and puts their end on record") {
  Bench bench;
  const std::string go = bench.scratch("go");
  const StartOrder order = bench.script("sh -c 'until [ -e " + go + " ]; do sleep 0.01; done; echo late' & exit 3",
                                        {.leftovers = Leftovers::wait});
  const Outcome& outcome = bench.run(order);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->usage.leftovers == 1);
  CHECK(outcome.ended->detail == "it left 1 process behind");
  CHECK_FALSE(read_exit_record(bench.directory(order.id))->complete);
  REQUIRE(replace_file(go, ""));
  REQUIRE(bench.follow([&] { return read_exit_record(bench.directory(order.id))->complete; }));
  CHECK(bench.output(order.id) == "late\n");
}

TEST_CASE("jobs/minder: S27 leftovers: leave lets them live on without a minder") {
  Bench bench;
  const std::string pid_file = bench.scratch("pid");
  const StartOrder order = bench.script("sleep 60 & echo $! > " + pid_file, {.leftovers = Leftovers::leave});
  const Outcome& outcome = bench.run(order);
  REQUIRE(outcome.ended);
  const pid_t left = read_pid(pid_file);
  REQUIRE(eventually([&] { return !is_alive(bench.claim(order.id).minder.pid); }));
  CHECK(is_alive(left));
  CHECK(read_exit_record(bench.directory(order.id))->complete);
  ::kill(left, SIGKILL);
}

}  // namespace
}  // namespace belfry::tests
