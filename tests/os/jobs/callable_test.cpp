// Callables: what they may do, and what they cannot do to the daemon.
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include <base/file.h>
#include <tests/os/jobs/call_bench.h>

namespace belfry::tests {
namespace {

Result<void> wait_for_stop(CallContext& run) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait(lock, run.stop(), [] { return false; });
  return std::unexpected(Error::failed("told to return"));
}

ProcessSettings with_grace(Millis grace) {
  ProcessSettings process;
  process.stop_grace_period = grace;
  return process;
}

TEST_CASE("jobs/callables: S31 output, progress, result and the code of a failure are a run's as of any other") {
  CallBench bench;
  const StartOrder order = bench.order([](CallContext& run) -> Result<void> {
    run.log("one");
    run.log_error("two");
    run.progress(0.25, "a quarter");
    run.progress(0.5, "half\nand no more");
    CHECK(run.set_result("42"));
    run.fail_with({.exit_code = 75});
    return std::unexpected(Error::failed("not yet"));
  });
  const Outcome& outcome = bench.run(order);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end == ProcessEnd{.how = ProcessEnd::How::exited, .code = 75});
  CHECK(outcome.ended->detail == "not yet");
  CHECK(outcome.ended->result == "42");
  CHECK(bench.output(order.id) == "one\ntwo\nnot yet\n");
  CHECK(outcome.ended->usage.output_bytes == 16);
  REQUIRE_FALSE(outcome.progress.empty());
  CHECK(outcome.progress.back().percent == 50);
  CHECK(outcome.progress.back().message == "half");
}

TEST_CASE("jobs/callables: F27 what is thrown is the end of its run, and of nothing else") {
  CallBench bench;
  const Outcome& thrown =
      bench.run(bench.order([](CallContext&) -> Result<void> { throw std::runtime_error("no bread"); }));
  REQUIRE(thrown.ended);
  CHECK(thrown.ended->end.code == 1);
  CHECK(thrown.ended->detail == "no bread");
  const Outcome& strange = bench.run(bench.order([](CallContext&) -> Result<void> { throw 7; }));
  CHECK(strange.ended->end.code == 1);
  CHECK(bench.run(bench.order([](CallContext&) -> Result<void> { return {}; })).ended->end.code == 0);
}

TEST_CASE("jobs/callables: S30 of much output the head and the tail are kept") {
  CallBench bench;
  ProcessSettings process;
  process.output_max = 8192;
  const StartOrder order = bench.order(
      [](CallContext& run) -> Result<void> {
        for (int i = 0; i < 2'000; ++i) run.log("line " + std::to_string(i));
        return {};
      },
      process);
  const Outcome& outcome = bench.run(order);
  CHECK(outcome.ended->usage.output_bytes > 16'000);
  CHECK(outcome.ended->usage.output_dropped_bytes > 8'000);
  CHECK(bench.output(order.id).starts_with("line 0\n"));
}

TEST_CASE("jobs/callables: S26 one whose time is over is told to return") {
  CallBench bench;
  StartOrder order = bench.order(wait_for_stop);
  order.time_limit = Millis{50};
  const Outcome& outcome = bench.run(order);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->reason == Reason::timeout);
  CHECK(bench.launcher().stuck() == 0);
}

TEST_CASE("jobs/callables: F27 one that ignores its stop is marked, its thread replaced, and their number bounded") {
  std::atomic<bool> may_return = false;
  CallBench bench({.threads = 1, .apart = 1});
  const auto ignore = [&](CallContext&) -> Result<void> {
    while (!may_return) ::poll(nullptr, 0, 1);
    return {};
  };
  StartOrder first = bench.order(ignore, with_grace(Millis{20}));
  first.time_limit = Millis{20};
  REQUIRE(bench.run(first).ended);
  CHECK(bench.outcome(first.id).ended->reason == Reason::timeout);
  CHECK(bench.outcome(first.id).ended->detail.find("still executes") != std::string::npos);
  CHECK(bench.launcher().stuck() == 1);

  // The crew of one works on, with another thread.
  CHECK(bench.run(bench.order([](CallContext&) -> Result<void> { return {}; })).ended->end.code == 0);

  // One more is beyond the bound: it holds the place.
  StartOrder second = bench.order(ignore, with_grace(Millis{20}));
  second.time_limit = Millis{20};
  REQUIRE(bench.run(second).ended);
  CHECK(bench.launcher().stuck() == 2);
  const Outcome& refused = bench.run(bench.order([](CallContext&) -> Result<void> { return {}; }));
  REQUIRE(refused.start_failed);
  CHECK(refused.start_failed->detail.find("restart the daemon") != std::string::npos);

  may_return = true;
  CHECK(bench.follow([&] { return bench.launcher().stuck() == 0; }));
  CHECK(bench.outcome(first.id).reports == 2);  // its end was reported once
  CHECK(bench.run(bench.order([](CallContext&) -> Result<void> { return {}; })).ended);
}

TEST_CASE("jobs/callables: none waits for a long one while there may be one more thread") {
  constexpr std::size_t threads = 8;
  std::latch all_begun(threads);  // each of them blocks until all are on
  CallBench bench({.threads = threads, .apart = 1});
  std::vector<StartOrder> orders;
  for (std::size_t i = 0; i < threads; ++i) {
    orders.push_back(bench.order([&](CallContext&) -> Result<void> {
      all_begun.arrive_and_wait();
      return {};
    }));
  }
  for (const StartOrder& order : orders) bench.start(order);
  for (const StartOrder& order : orders) CHECK(bench.follow_to_end(order.id).ended->end.code == 0);
}

TEST_CASE("jobs/callables: a thousand at once begin in their order, and each is heard of once") {
  std::mutex mutex;
  std::vector<int> begun;
  CallBench bench({.threads = 1, .apart = 1});
  std::vector<StartOrder> orders;
  for (int i = 0; i < 1'000; ++i) {
    orders.push_back(bench.order([&, i](CallContext&) -> Result<void> {
      const std::lock_guard lock(mutex);
      begun.push_back(i);
      return {};
    }));
  }
  for (const StartOrder& order : orders) bench.start(order);
  bench.follow_to_end(orders.back().id);
  CHECK(begun.size() == 1'000);
  CHECK(std::ranges::is_sorted(begun));
  for (const StartOrder& order : orders) CHECK(bench.outcome(order.id).reports == 2);  // its start and its end
}

TEST_CASE("jobs/callables: a call that waits for a thread can be stopped before it begins") {
  std::latch begun(1);
  CallBench bench({.threads = 1, .apart = 1});
  const StartOrder first = bench.order([&](CallContext& run) {
    begun.count_down();
    return wait_for_stop(run);
  });
  const StartOrder second = bench.order([](CallContext&) -> Result<void> { return {}; });
  bench.start(first);
  begun.wait();
  bench.start(second);
  bench.launcher().stop({.id = second.id, .reason = Reason::by_request});
  REQUIRE(bench.outcome(second.id).start_failed);
  CHECK(bench.outcome(second.id).start_failed->reason == Reason::by_request);
  bench.launcher().stop({.id = first.id, .reason = Reason::by_request});
  CHECK(bench.follow_to_end(first.id).ended->reason == Reason::by_request);
}

TEST_CASE("jobs/callables: S26 a deadline counts on while a call waits for a thread, and a time limit does not") {
  std::latch begun(1);
  CallBench bench({.threads = 1, .apart = 1});
  const StartOrder first = bench.order([&](CallContext& run) {
    begun.count_down();
    return wait_for_stop(run);
  });
  const auto nothing = [](CallContext&) -> Result<void> { return {}; };
  StartOrder hurried = bench.order(nothing);
  hurried.time_limit = Millis{20};
  hurried.limit_reason = Reason::deadline;
  StartOrder patient = bench.order(nothing);
  patient.time_limit = Millis{20};
  bench.start(first);
  begun.wait();
  bench.start(patient);
  bench.start(hurried);
  const Outcome& late = bench.follow_to_end(hurried.id);
  REQUIRE(late.start_failed);
  CHECK(late.start_failed->reason == Reason::deadline);
  CHECK(late.start_failed->detail == "all threads were at other callables until its deadline");
  bench.launcher().stop({.id = first.id, .reason = Reason::by_request});
  REQUIRE(bench.follow_to_end(patient.id).ended);
  CHECK(bench.outcome(patient.id).ended->reason == Reason::none);
  CHECK_FALSE(bench.outcome(hurried.id).started);
}

TEST_CASE("jobs/callables: S33 a daemon that goes tells them to return, and leaves to the next what has not begun") {
  std::latch begun(1);
  CallBench bench({.threads = 1, .apart = 1});
  const StartOrder first = bench.order([&](CallContext& run) {
    begun.count_down();
    return wait_for_stop(run);
  });
  const StartOrder second = bench.order([](CallContext&) -> Result<void> { return {}; });
  bench.start(first);
  begun.wait();
  bench.start(second);
  bench.launcher().leave();
  CHECK(bench.follow_to_end(first.id).ended->reason == Reason::shutdown);
  CHECK(bench.launcher().is_idle());
  CHECK(bench.outcome(second.id).reports == 0);
  bench.destroy_launcher();
  bench.create_launcher();
  bench.launcher().recover({first.run, second.run});
  REQUIRE(bench.outcome(first.id).ended);  // the ledger may not have heard of it
  CHECK(bench.outcome(first.id).ended->reason == Reason::shutdown);
  CHECK(bench.outcome(second.id).never_executed);
}

TEST_CASE("jobs/callables: progress is reported once in a while, and the last of it always") {
  CallBench bench;
  const auto began = std::chrono::steady_clock::now();
  const Outcome& outcome = bench.run(bench.order([](CallContext& run) -> Result<void> {
    for (int i = 0; i <= 10'000; ++i) run.progress(i / 10'000.0, "");
    return {};
  }));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now() - began).count();
  CHECK(outcome.progress.size() <= 4 + static_cast<std::size_t>(seconds));  // one a second
  CHECK(outcome.progress.back().percent == 100);
}

TEST_CASE("jobs/callables: a checkpoint is there for the next attempt of the run") {
  CallBench bench;
  StartOrder order = bench.order([](CallContext& run) -> Result<void> {
    const std::string before = run.checkpoint().value_or("nothing");
    run.log("found " + before);
    return run.keep_checkpoint(before == "nothing" ? "row 17" : "row 34");
  });
  bench.run(order);
  for (const char* found : {"found row 17\n", "found row 34\n"}) {
    ++order.id.attempt;
    order.run.attempt = order.id.attempt;
    bench.run(order);
    CHECK(bench.output(order.id) == found);
  }
}

TEST_CASE("jobs/callables: S38 what is wrong with the parameters keeps it from starting, and says so") {
  CallBench bench;
  Callable callable{.name = "needs", .call = [](CallContext&) -> Result<void> { return {}; }};
  callable.parameters = {{.name = "count", .type = Parameter::Type::integer, .needed = Parameter::Needed::yes}};
  REQUIRE(bench.registry().add(callable));
  const Outcome& outcome = bench.run(bench.order_of({.name = "needs", .with = {{.name = "count", .value = {"many"}}}}));
  REQUIRE(outcome.start_failed);
  CHECK(outcome.start_failed->detail == "with: 'count' must be a whole number");
}

// ---- The journal: each daemon is a process that is killed -----------------------------------------------------------

// Runs `live` in a process of its own, which never returns from it.
void kill_after(const std::function<void()>& live) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    live();
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
}

TEST_CASE("jobs/callables: S3 F01 after a kill -9 what executed is lost, what ended has ended, the rest starts anew") {
  CallBench bench;
  const StartOrder ended = bench.order([](CallContext& run) -> Result<void> {
    run.log("done");
    CHECK(run.set_result("7"));
    run.fail_with({.exit_code = 4});
    return std::unexpected(Error::failed("four"));
  });
  const StartOrder executing = bench.order(wait_for_stop);
  const StartOrder unheard = bench.order([](CallContext&) -> Result<void> { return {}; });
  bench.destroy_launcher();
  kill_after([&] {
    bench.create_launcher();
    bench.launcher().recover({});
    bench.run(ended);
    bench.start(executing);
    bench.follow_to_start(executing.id);
  });
  for (int daemon = 0; daemon < 2; ++daemon) {  // a death in the middle of recovery changes nothing
    bench.create_launcher();
    CHECK(bench.launcher().has_executed(ended.id));
    CHECK_FALSE(bench.launcher().has_executed(unheard.id));
    bench.launcher().recover({ended.run, executing.run, unheard.run});
    REQUIRE(bench.outcome(ended.id).ended);
    CHECK(bench.outcome(ended.id).ended->end.code == 4);
    CHECK(bench.outcome(ended.id).ended->detail == "four");
    CHECK(bench.outcome(ended.id).ended->result == "7");
    REQUIRE(bench.outcome(executing.id).lost);
    CHECK(bench.outcome(executing.id).lost->reason == Reason::daemon_died);
    CHECK(bench.outcome(unheard.id).never_executed);
    bench.destroy_launcher();
  }
}

TEST_CASE("jobs/callables: S3 a torn record of the journal counts as not written") {
  CallBench bench;
  const StartOrder order = bench.order([](CallContext&) -> Result<void> { return {}; });
  bench.run(order);
  bench.destroy_launcher();
  const std::string path = bench.runs() + "/calls";
  const std::string whole = read_file(path).value();
  const std::size_t claim = whole.find("belfry-call-end=");
  REQUIRE(claim != std::string::npos);
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    REQUIRE(replace_file(path, whole.substr(0, size)));
    bench.create_launcher();
    bench.launcher().recover({order.run});
    const Outcome& outcome = bench.outcome(order.id);
    CAPTURE(size);
    CHECK(outcome.never_executed.has_value() == (size < claim));
    CHECK(outcome.lost.has_value() == (size >= claim && size < whole.size()));
    CHECK(outcome.ended.has_value() == (size == whole.size()));
    bench.destroy_launcher();
  }
}

TEST_CASE("jobs/callables: S3 a journal that has grown makes room, and forgets nothing that is on") {
  TempDir directory;
  const AttemptId on{.run = RunId::make(noon, 1, 1)};
  {
    auto journal = CallJournal::open(directory / "").value();
    REQUIRE(journal->begin({}));
    REQUIRE(journal->claim(on, noon));
    for (std::uint64_t i = 2; i < CallJournal::records_max * 3 / 2; ++i) {
      const AttemptId id{.run = RunId::make(noon, 1, i)};
      REQUIRE(journal->claim(id, noon));
      const EndOfCall end{.id = id, .end = {}};
      REQUIRE(journal->note_ends({&end, 1}));
    }
  }
  const auto journal = CallJournal::open(directory / "").value();
  REQUIRE(journal->find(on) != nullptr);
  CHECK_FALSE(journal->find(on)->end);
  CHECK(journal->find({.run = RunId::make(noon, 1, 2)}) == nullptr);  // two journals ago
}

}  // namespace
}  // namespace belfry::tests
