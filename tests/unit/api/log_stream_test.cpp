#include <doctest/doctest.h>

#include <api/log_stream.h>
#include <tests/support/fake_backend.h>

using namespace belfry;
using namespace belfry::api;
using namespace belfry::tests;
using namespace std::chrono_literals;

namespace {

struct World {
  FakeBackend backend;
  Run run = make_run("backup", 1);

  World() {
    backend.add_job("backup");
    run.state = RunState::running;
    backend.open = {run};
  }
};

}  // namespace

TEST_CASE("api/log_stream: S30 a log is followed as it grows, and ends with its run") {
  World world;
  world.backend.output["both"] = "one\n";
  LogStream stream(world.backend, {.run = world.run});
  CHECK(stream.read(100) == "one\n");
  CHECK(stream.read(100).empty());
  CHECK_FALSE(stream.is_over());
  CHECK(stream.ready_in() == LogStream::look_every);

  world.backend.output["both"] += "two\nthree\n";
  world.backend.open.clear();  // over, with something left to read
  CHECK(stream.read(5) == "two\nt");
  CHECK(stream.read(100) == "hree\n");
  CHECK_FALSE(stream.is_over());
  CHECK(stream.read(100).empty());
  CHECK(stream.is_over());
}

TEST_CASE("api/log_stream: it is looked at ten times a second, not more") {
  World world;
  LogStream stream(world.backend, {.run = world.run});
  CHECK(stream.ready_in() == Millis{0});
  CHECK(stream.read(100).empty());
  world.backend.time.boot += 99ms;
  CHECK(stream.ready_in() == Millis{1});
  world.backend.time.boot += 1ms;
  CHECK(stream.ready_in() == Millis{0});
}

TEST_CASE("api/log_stream: it ends with its attempt, also where the run goes on with another one") {
  World world;
  for (const bool waits : {true, false}) {
    CAPTURE(waits);
    world.backend.open = {world.run};
    world.backend.output["both"] = "first\n";
    LogStream stream(world.backend, {.run = world.run});
    CHECK(stream.read(100) == "first\n");
    CHECK(stream.read(100).empty());
    CHECK_FALSE(stream.is_over());
    if (waits) {
      world.backend.open[0].state = RunState::waiting;
    } else {
      world.backend.open[0].attempt = 2;
    }
    CHECK(stream.read(100).empty());
    CHECK(stream.is_over());
  }
}

TEST_CASE("api/log_stream: S30 behind a gap in the output it goes on, and tells nothing twice") {
  World world;
  world.backend.output["both"] = "head....tail";
  world.backend.gap = {4, 8};
  LogStream stream(world.backend, {.run = world.run});
  CHECK(stream.read(100) == "head");
  CHECK(stream.read(100) == "tail");
  CHECK(stream.read(100).empty());
}
