#include <doctest/doctest.h>

#include <api/event_ring.h>
#include <api/event_route.h>
#include <api/event_stream.h>
#include <tests/support/fake_backend.h>

using namespace belfry;
using namespace belfry::api;
using namespace belfry::tests;
using namespace std::chrono_literals;

namespace {

struct World {
  EventRing ring{at("2026-11-20T09:00:00Z")};
  BootTime now{Millis{1'000}};

  EventStream listen(EventStream::Options options = {}) {
    EventStream stream(ring, options, [this] { return now; });
    CHECK(stream.read(13) == "retry: 2000\n\n");
    return stream;
  }
  void publish(Topic topic, int n) { ring.publish(topic, "test", std::to_string(n)); }
};

std::string block(std::uint64_t id, int n) {
  return "id: " + std::to_string(id) + "\nevent: test\ndata: " + std::to_string(n) + "\n\n";
}

}  // namespace

TEST_CASE("api/event_stream: S41 numbers grow, also over restarts, and stay exact in a browser") {
  World world;
  const std::uint64_t first = world.ring.next();
  world.publish(Topic::runs, 1);
  world.publish(Topic::runs, 2);
  CHECK(world.ring.next() == first + 2);
  CHECK(EventRing(at("2026-11-20T09:00:01Z")).next() > world.ring.next());
  CHECK(world.ring.next() < std::uint64_t{1} << 53U);
}

TEST_CASE("api/event_stream: a listener hears what is new, of the topics it chose") {
  World world;
  world.publish(Topic::runs, 1);
  EventStream runs = world.listen({.topics = {.jobs = false, .runs = true}});
  CHECK(runs.ready_in() > Millis{0});
  const std::uint64_t id = world.ring.next();
  world.publish(Topic::jobs, 2);
  world.publish(Topic::runs, 3);
  world.publish(Topic::always, 4);
  CHECK(runs.ready_in() == Millis{0});
  CHECK(runs.read(10'000) == block(id + 1, 3) + block(id + 2, 4));
  CHECK(runs.read(10'000).empty());
}

TEST_CASE("api/event_stream: S31 how far a run says that it is, is an event of its own") {
  World world;
  EventStream stream = world.listen({.topics = {.jobs = false, .runs = true}});
  Run run = make_run("import", 1);
  run.progress = Progress{.percent = 80, .message = "uploading", .at = at("2026-11-20T09:00:00Z")};
  publish(world.ring, RunProgressNotice{run});
  const std::string told = stream.read(10'000);
  CHECK(told.find("\nevent: run.progress\ndata: {\"id\":\"" + run.id.text()) != std::string::npos);
  CHECK(told.find(R"("progress":{"percent":80,"message":"uploading",)") != std::string::npos);
}

TEST_CASE("api/event_stream: an event is written when somebody reads it, and once for all") {
  World world;
  EventStream first = world.listen();
  EventStream second = world.listen();
  const std::uint64_t id = world.ring.next();
  int written = 0;
  world.ring.publish(Topic::runs, "test", EventData([&] { return std::to_string(++written); }));
  CHECK(written == 0);
  CHECK(first.read(10'000) == block(id, 1));
  CHECK(second.read(10'000) == block(id, 1));
}

TEST_CASE("api/event_stream: S41 who comes back with the last number misses nothing") {
  World world;
  const std::uint64_t id = world.ring.next();
  for (int n = 0; n < 5; ++n) world.publish(Topic::runs, n);
  EventStream stream = world.listen({.last_seen = id + 2});
  CHECK(stream.read(10'000) == block(id + 3, 3) + block(id + 4, 4));
  EventStream current = world.listen({.last_seen = id + 4});
  CHECK(current.ready_in() > Millis{0});
}

TEST_CASE("api/event_stream: S41 a number that is not kept, or of another daemon, is told to resync") {
  World world;
  const std::uint64_t id = world.ring.next();
  for (std::size_t n = 0; n < EventRing::events_max + 10; ++n) world.publish(Topic::runs, 1);
  CHECK(world.ring.next() - world.ring.first() == EventRing::events_max);
  for (const std::uint64_t gone : {id, id + 8, std::uint64_t{0}, world.ring.next()}) {
    CAPTURE(gone);
    EventStream stream(world.ring, {.last_seen = gone}, [&] { return world.now; });
    const std::string text = stream.read(10'000);
    CHECK(text.find("event: resync\ndata: {\"missed\":null}\n\n") != std::string::npos);
    CHECK(text.find("id: " + std::to_string(world.ring.next() - 1)) != std::string::npos);
  }
  EventStream oldest = world.listen({.last_seen = id + 9});
  CHECK(oldest.read(20) == block(id + 10, 1).substr(0, 20));
}

TEST_CASE("api/event_stream: S41 F82 a slow listener is told how much it missed, and costs no memory meanwhile") {
  World world;
  EventStream slow = world.listen();
  for (std::size_t n = 0; n < EventRing::events_max + 123; ++n) world.publish(Topic::runs, 1);
  CHECK(slow.read(10'000).find("event: resync\ndata: {\"missed\":123}") != std::string::npos);
  CHECK(slow.ready_in() > Millis{0});
  const std::uint64_t id = world.ring.next();
  world.publish(Topic::runs, 7);
  CHECK(slow.read(10'000) == block(id, 7));
}

TEST_CASE("api/event_stream: a client that takes little at a time gets every byte") {
  World world;
  EventStream stream = world.listen();
  const std::uint64_t id = world.ring.next();
  std::string wanted;
  for (int n = 0; n < 3; ++n) {
    wanted += block(id + static_cast<std::uint64_t>(n), n);
    world.publish(Topic::runs, n);
  }
  std::string got;
  while (stream.ready_in() == Millis{0}) got += stream.read(7);
  CHECK(got == wanted);
}

TEST_CASE("api/event_stream: silence is broken every 15 seconds, so that a lost client is noticed") {
  World world;
  EventStream stream = world.listen();
  CHECK(stream.ready_in() == Millis{15s});
  world.now += 14'999ms;
  CHECK(stream.read(100).empty());
  world.now += 1ms;
  CHECK(stream.ready_in() == Millis{0});
  CHECK(stream.read(100) == ": still here\n\n");
  CHECK(stream.ready_in() == Millis{15s});
}

// ---- Output -----------------------------------------------------------------------------------------------------

namespace {

struct LoggedWorld : World {
  FakeBackend backend;
  Run run = make_run("backup", 1);

  LoggedWorld() {
    backend.add_job("backup");
    run.state = RunState::running;
    backend.open = {run};
  }
  EventStream follow() {
    EventStream stream(ring, {.topics = {.jobs = false, .runs = false}, .last_seen = {}},
                       [this] { return backend.time.boot; });
    stream.follow(LogTopic(backend, run));
    CHECK(stream.read(13) == "retry: 2000\n\n");
    return stream;
  }
  std::string piece(int attempt, int from, const std::string& output) const {
    return "event: run.output\ndata: {\"run\":\"" + run.id.text() +
           "\",\"job\":\"backup\",\"attempt\":" + std::to_string(attempt) + ",\"from\":" + std::to_string(from) +
           ",\"output\":\"" + output + "\"}\n\n";
  }
};

}  // namespace

TEST_CASE("api/event_stream: S41 what a run writes is told from its beginning, over all its attempts") {
  LoggedWorld world;
  world.backend.output["both"] = "one\\n";
  EventStream stream = world.follow();
  CHECK(stream.ready_in() == Millis{0});
  CHECK(stream.read(4096) == world.piece(1, 0, "one\\\\n"));
  CHECK(stream.read(4096).empty());
  CHECK(stream.ready_in() == LogStream::look_every);

  world.backend.output["both"] += "zwei";
  world.backend.time.boot += LogStream::look_every;
  CHECK(stream.read(4096) == world.piece(1, 5, "zwei"));

  world.backend.open.front().state = RunState::waiting;  // for its second attempt
  CHECK(stream.read(4096).empty());
  CHECK(stream.ready_in() == LogTopic::between_attempts);
  world.backend.open.front().attempt = 2;
  world.backend.open.front().state = RunState::running;
  world.backend.output["both"] = "again";
  world.backend.time.boot += LogTopic::between_attempts;
  CHECK(stream.read(4096) == world.piece(2, 0, "again"));

  world.backend.open.clear();
  CHECK(stream.read(4096).empty());
  CHECK(stream.ready_in() > LogTopic::between_attempts);  // only a keep-alive is still to come
}

TEST_CASE("api/event_stream: a character that is not complete yet waits for its end") {
  LoggedWorld world;
  world.backend.output["both"] = "caf\xC3";
  EventStream stream = world.follow();
  CHECK(stream.read(4096) == world.piece(1, 0, "caf"));
  world.backend.output["both"] += "\xA9!";
  world.backend.time.boot += LogStream::look_every;
  CHECK(stream.read(4096) == world.piece(1, 3, "\xC3\xA9!"));
  world.backend.output["both"] += "\xF0\x9F";  // and there it ends
  world.backend.time.boot += LogStream::look_every;
  CHECK(stream.read(4096).empty());
  world.backend.open.clear();
  CHECK(stream.read(4096) == world.piece(1, 6, "\xEF\xBF\xBD"));
}
