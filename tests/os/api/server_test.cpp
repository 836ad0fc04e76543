#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <new>

#include <doctest/doctest.h>

#include <api/http.h>
#include <api/server.h>
#include <api/unix_socket.h>
#include <base/poller.h>
#include <tests/support/fake_backend.h>
#include <tests/support/temp_dir.h>

using namespace belfry;
using namespace belfry::api;
using namespace belfry::tests;
using namespace std::chrono_literals;

namespace {

// A client that never blocks: it sends what it is told to and collects what comes.
class Client {
 public:
  explicit Client(const std::string& path) : fd_(connect_unix(path, 5s).value()) {}

  void send(std::string_view bytes) {
    REQUIRE(::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  }

  // As much as the socket takes.
  std::size_t send_some(std::string_view bytes) {
    const auto n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return n > 0 ? static_cast<std::size_t>(n) : 0;
  }

  void get(const std::string& target) { send("GET " + target + " HTTP/1.1\r\nHost: belfry\r\n\r\n"); }

  void collect() {
    char buffer[65536];
    for (;;) {
      const auto n = ::recv(fd_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
      if (n == 0) is_closed_ = true;
      if (n <= 0) return;
      received_.append(buffer, static_cast<std::size_t>(n));
    }
  }

  bool has(std::string_view part) const { return received_.find(part) != std::string::npos; }
  bool is_closed() const { return is_closed_; }
  std::string take() { return std::exchange(received_, {}); }
  std::size_t size() const { return received_.size(); }
  int fd() const { return fd_.get(); }

 private:
  Fd fd_;
  std::string received_;
  bool is_closed_ = false;
};

// A server in a loop like the daemon's: it is dispatched only when its descriptor or its timeout says so.
struct World {
  TempDir dir;
  std::string path = dir / "belfry.sock";
  FakeBackend backend;
  std::unique_ptr<Server> server = Server::open({.socket_path = path}, backend).value();
  Poller poller = Poller::open().value();
  int dispatches = 0;

  World() {
    backend.add_job("backup");
    REQUIRE(poller.add(server->fd(), 1).has_value());
  }

  void turn(Millis sleep_max) {
    const auto timeout = server->timeout();
    const auto ready = poller.wait(std::min(sleep_max, timeout.value_or(sleep_max))).value();
    if (ready.empty() && (!timeout || *timeout > sleep_max)) return;
    server->dispatch();
    ++dispatches;
  }

  // Turns until `done`, at most a minute.
  bool until(Client& client, const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (!done() && std::chrono::steady_clock::now() < deadline) {
      turn(5ms);
      client.collect();
    }
    return done();
  }
  bool until_has(Client& client, std::string_view part) {
    return until(client, [&] { return client.has(part); });
  }
};

}  // namespace

TEST_CASE("api/server: requests on one connection are answered one after the other") {
  World world;
  Client client(world.path);
  client.get("/healthz");
  CHECK(world.until_has(client, "\r\n\r\nok\n"));
  CHECK(client.take().starts_with("HTTP/1.1 200 "));
  client.get("/v1/jobs/nothing");
  CHECK(world.until_has(client, "there is no job 'nothing'"));
  CHECK(client.has("HTTP/1.1 404 "));
  CHECK(client.has("Content-Type: application/problem+json"));
}

TEST_CASE("api/server: S40 the backend learns who asks from the kernel") {
  World world;
  Client client(world.path);
  client.send("POST /v1/jobs/backup/runs HTTP/1.1\r\nHost: belfry\r\nContent-Length: 2\r\n\r\n{}");
  REQUIRE(world.until(client, [&] { return !world.backend.asked.empty(); }));
  CHECK(world.backend.asked[0].as<RunRequested>().requested_by == "uid " + std::to_string(::getuid()));
}

TEST_CASE("api/server: S2 an answer that comes later reaches its client without a byte from anybody") {
  World world;
  Client client(world.path);
  client.send("POST /v1/jobs/backup/runs HTTP/1.1\r\nHost: belfry\r\nContent-Length: 0\r\n\r\n");
  REQUIRE(world.until(client, [&] { return !world.backend.asked.empty(); }));
  for (int i = 0; i < 5; ++i) world.turn(1ms);
  client.collect();
  CHECK(client.size() == 0);

  world.backend.asked[0].done(Answer{.result = make_run("backup", 1)});
  CHECK(world.server->timeout() == Millis{0});
  CHECK(world.until_has(client, "\"job\":\"backup\""));
  CHECK(client.has("HTTP/1.1 202 "));
  CHECK(client.has("Location: /v1/runs/" + make_run("backup", 1).id.text()));
  client.take();
  client.get("/healthz");  // and the connection goes on
  CHECK(world.until_has(client, "ok\n"));
}

TEST_CASE("api/server: a long poll is answered when the run is over, others are served meanwhile") {
  World world;
  Run run = make_run("backup", 1);
  world.backend.past.kept = {run};
  Client waiting(world.path);
  waiting.get("/v1/runs/" + run.id.text() + "?wait=30s");
  Client other(world.path);
  other.get("/healthz");
  CHECK(world.until_has(other, "ok\n"));
  waiting.collect();
  CHECK(waiting.size() == 0);
  run.outcome = RunOutcome::succeeded;
  world.server->tell(RunClosedNotice{run});
  CHECK(world.until_has(waiting, "\"outcome\":\"succeeded\""));
}

TEST_CASE("api/server: a long poll whose time is over is answered with the run as it is") {
  World world;
  world.backend.past.kept = {make_run("backup", 1)};
  Client client(world.path);
  client.get("/v1/runs/" + world.backend.past.kept[0].id.text() + "?wait=20ms");
  for (int i = 0; i < 5; ++i) world.turn(1ms);
  client.collect();
  CHECK(client.size() == 0);
  world.backend.time.boot += 20ms;
  CHECK(world.until_has(client, "\"state\":\"starting\""));
}

TEST_CASE("api/server: a waiting client costs no turns") {
  World world;
  world.backend.past.kept = {make_run("backup", 1)};
  Client client(world.path);
  client.get("/v1/runs/" + world.backend.past.kept[0].id.text() + "?wait=30s");
  for (int i = 0; i < 10; ++i) world.turn(1ms);
  const int before = world.dispatches;
  for (int i = 0; i < 20; ++i) world.turn(1ms);
  CHECK(world.dispatches == before);
}

TEST_CASE("api/server: an answer for a client that went away is dropped") {
  World world;
  {
    Client client(world.path);
    client.send("POST /v1/jobs/backup/runs HTTP/1.1\r\nHost: belfry\r\nContent-Length: 0\r\n\r\n");
    REQUIRE(world.until(client, [&] { return !world.backend.asked.empty(); }));
  }
  world.backend.asked[0].done(Answer{.result = make_run("backup", 1)});
  world.backend.asked[0].done(Answer{.result = make_run("backup", 1)});  // and a second answer is none
  Client next(world.path);
  next.get("/healthz");
  CHECK(world.until_has(next, "ok\n"));
}

TEST_CASE("api/server: a body that announces more than 1 MiB is 413, one that grows beyond it is cut off") {
  World world;
  Client honest(world.path);
  honest.send("POST /v1/jobs/backup/runs HTTP/1.1\r\nHost: belfry\r\nContent-Length: 1048577\r\n\r\n");
  CHECK(world.until_has(honest, "HTTP/1.1 413 "));

  Client endless(world.path);
  endless.send("POST /v1/jobs/backup/runs HTTP/1.1\r\nHost: belfry\r\nTransfer-Encoding: chunked\r\n\r\n");
  std::string chunks;
  for (int i = 0; i < 17; ++i) chunks += "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  std::size_t sent = 0;
  CHECK(world.until(endless, [&] {
    sent += endless.send_some(std::string_view(chunks).substr(sent));
    return endless.is_closed();
  }));
  CHECK(world.backend.asked.empty());
}

TEST_CASE("api/server: a body of exactly 1 MiB that comes in pieces is read whole") {
  World world;
  Client client(world.path);
  client.send("POST /v1/jobs/backup/runs HTTP/1.1\r\nHost: belfry\r\nContent-Length: 1048576\r\n\r\n");
  const std::string body = std::string((1U << 20U) - 2, ' ') + "{}";
  std::size_t sent = 0;
  CHECK(world.until(client, [&] {
    sent += client.send_some(std::string_view(body).substr(sent, 10'000));
    return !world.backend.asked.empty();
  }));
}

TEST_CASE("api/server: a client that sends or reads slowly holds up nobody") {
  World world;
  world.backend.past.kept = {make_run("backup", 1)};
  world.backend.output["both"] = std::string(4U << 20U, 'x');
  Client slow(world.path);
  slow.send("GET /heal");  // and nothing more
  Client lazy(world.path);
  lazy.get("/v1/runs/" + world.backend.past.kept[0].id.text() + "/log");  // and never reads
  Client other(world.path);
  other.get("/healthz");
  CHECK(world.until_has(other, "ok\n"));
  CHECK(world.until(lazy, [&] { return lazy.size() > (4U << 20U); }));  // reads after all: nothing is lost
  slow.send("thz HTTP/1.1\r\nHost: belfry\r\n\r\n");
  CHECK(world.until_has(slow, "ok\n"));
}

TEST_CASE("api/server: requests that are sent together are all answered, though the socket is quiet afterwards") {
  World world;
  Client client(world.path);
  std::string many;
  for (int i = 0; i < 50; ++i) many += "GET /v1/jobs/j" + std::to_string(i) + " HTTP/1.1\r\nHost: belfry\r\n\r\n";
  client.send(many);
  CHECK(world.until_has(client, "there is no job 'j49'"));
}

TEST_CASE("api/server: an encoded zero byte hides nothing") {
  World world;
  Client client(world.path);
  client.get("/v1/jobs/backup%00x");
  CHECK(world.until_has(client, "HTTP/1.1 400 "));
}

TEST_CASE("api/server: what is not HTTP is refused and the server goes on") {
  World world;
  Client client(world.path);
  client.send(std::string("\x16\x03\x01 nonsense\r\n\r\n"));
  CHECK(world.until(client, [&] { return client.is_closed(); }));
  Client next(world.path);
  next.get("/healthz");
  CHECK(world.until_has(next, "ok\n"));
}

TEST_CASE("api/server: a header that is broken or too long is refused") {
  World world;
  Client broken(world.path);
  broken.send("GET /healthz HTTP/1.1\r\nHost: belfry\r\nno colon here\r\n\r\n");
  world.until(broken, [&] { return broken.size() > 0 || broken.is_closed(); });
  Client gone(world.path);
  gone.send("GET /healthz HTTP/1.1\r\nHost: bel");  // and leaves
  Client endless(world.path);
  const std::string head = "GET /healthz HTTP/1.1\r\nHost: belfry\r\nX-Long: " + std::string(40'000, 'x') + "\r\n\r\n";
  endless.send(head);
  CHECK(world.until_has(endless, "HTTP/1.1 431 "));
  Client next(world.path);
  next.get("/healthz");
  CHECK(world.until_has(next, "ok\n"));
}

TEST_CASE("api/server: stopping answers those who wait and removes the socket") {
  World world;
  world.backend.past.kept = {make_run("backup", 1)};
  Client waiting(world.path);
  waiting.get("/v1/runs/" + world.backend.past.kept[0].id.text() + "?wait=30s");
  Client asking(world.path);
  asking.send("POST /v1/jobs/backup/runs HTTP/1.1\r\nHost: belfry\r\nContent-Length: 0\r\n\r\n");
  REQUIRE(world.until(asking, [&] { return !world.backend.asked.empty(); }));
  world.server.reset();
  waiting.collect();
  asking.collect();
  CHECK(waiting.has("HTTP/1.1 503 "));
  CHECK(asking.has("the daemon is stopping"));
  CHECK_FALSE(std::filesystem::exists(world.path));
  world.backend.asked[0].done(Answer{.result = make_run("backup", 1)});  // too late, and harmless
}

TEST_CASE("api/server: a second server on the socket is refused and leaves the first alone") {
  World world;
  FakeBackend other;
  CHECK(Server::open({.socket_path = world.path}, other).error().kind == ErrorKind::busy);
  Client client(world.path);
  client.get("/healthz");
  CHECK(world.until_has(client, "ok\n"));
}

namespace {

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

}  // namespace

TEST_CASE("api/server: S41 events reach their listener as they happen, and silence costs nothing") {
  World world;
  Client client(world.path);
  client.get("/v1/events?topics=runs");
  REQUIRE(world.until_has(client, "retry: 2000"));
  CHECK(client.has("Content-Type: text/event-stream"));
  const int before = world.dispatches;
  for (int i = 0; i < 50; ++i) world.turn(2ms);
  CHECK(world.dispatches - before < 5);  // the stream sleeps

  world.server->tell(RunStartedNotice{.run = make_run("backup", 1)});
  CHECK(world.server->timeout() == Millis{0});
  CHECK(world.until_has(client, "event: run.started\ndata: {\"id\":\"" + make_run("backup", 1).id.text()));
}

TEST_CASE("api/server: S41 F82 a listener that does not read slows nobody, and is told how much it missed") {
  World world;
  Client slow(world.path);
  slow.get("/v1/events");
  REQUIRE(world.until_has(slow, "retry: 2000"));
  Client other(world.path);
  for (int round = 0; round < 300; ++round) {
    for (int i = 0; i < 100; ++i) world.server->tell(RunStartedNotice{.run = make_run("backup", 1)});
    world.turn(0ms);
  }
  other.get("/healthz");
  CHECK(world.until_has(other, "ok\n"));
  CHECK(world.until_has(slow, "event: resync\ndata: {\"missed\":"));
  slow.take();
  world.server->tell(LedgerNotice{"disk full"});
  CHECK(world.until_has(slow, "\"ledger_trouble\":\"disk full\""));
}

TEST_CASE("api/server: a client that hangs up while it waits gives its place back at once") {
  World world;
  const Run run = make_run("backup", 1);
  world.backend.past.kept = {run};
  Client other(world.path);
  other.get("/healthz");
  REQUIRE(world.until_has(other, "ok\n"));
  other.take();
  const std::size_t before = open_descriptors();
  for (const char* target : {"/v1/events", "/v1/runs/RUN?wait=5m"}) {
    CAPTURE(target);
    std::string wanted(target);
    if (const auto at_run = wanted.find("RUN"); at_run != std::string::npos) wanted.replace(at_run, 3, run.id.text());
    {
      Client gone(world.path);
      gone.get(wanted);
      other.get("/healthz");  // comes after it, so the request has been taken when this is answered
      REQUIRE(world.until_has(other, "ok\n"));
      other.take();
      CHECK(open_descriptors() == before + 2);
    }
    CHECK(world.until(other, [&] { return open_descriptors() == before; }));
    const int dispatches = world.dispatches;
    for (int i = 0; i < 50; ++i) world.turn(2ms);
    CHECK(world.dispatches - dispatches < 5);  // nobody turns for the one that is gone
  }
}

TEST_CASE("api/server: S30 a log is followed over the socket until its run is over") {
  World world;
  Run run = make_run("backup", 1);
  run.state = RunState::running;
  world.backend.past.kept = {run};
  world.backend.open = {run};
  world.backend.output["both"] = "begin\n";
  Client client(world.path);
  client.send("GET /v1/runs/" + run.id.text() + "/log?follow=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(world.until_has(client, "begin\n"));
  world.backend.output["both"] += "middle\n";
  world.backend.time.boot += 100ms;
  CHECK(world.until_has(client, "middle\n"));
  world.backend.output["both"] += "end\n";
  world.backend.open.clear();
  world.backend.time.boot += 100ms;
  CHECK(world.until(client, [&] { return client.is_closed(); }));
  CHECK(client.has("end\n"));
}

TEST_CASE("api/server: F74 where no place is left clients wait, and the next one has its turn when one goes") {
  TempDir dir;
  FakeBackend backend;
  const std::string path = dir / "belfry.sock";
  const auto server = Server::open({.socket_path = path, .connections_max = 2}, backend).value();
  auto first = std::make_unique<Client>(path);
  Client second(path);
  Client third(path);
  Poller loop = Poller::open().value();
  REQUIRE(loop.add(server->fd(), 1).has_value());
  const auto turn_for = [&](Millis span) {
    const auto deadline = std::chrono::steady_clock::now() + span;
    while (std::chrono::steady_clock::now() < deadline && !third.has("ok\n")) {
      const auto timeout = server->timeout();
      const auto ready = loop.wait(std::min(Millis{5}, timeout.value_or(Millis{5}))).value();
      if (!ready.empty() || timeout == Millis{0}) server->dispatch();
      third.collect();
    }
  };
  third.get("/healthz");
  turn_for(200ms);
  CHECK_FALSE(third.has("ok\n"));
  first.reset();
  turn_for(60s);
  CHECK(third.has("ok\n"));
}

TEST_CASE(
    "api/server: F74 who takes longer than a minute for a request loses the connection, who waits for us does not") {
  World world;
  world.backend.past.kept = {make_run("backup", 1)};
  world.backend.open = world.backend.past.kept;
  Client dripping(world.path);
  Client waiting(world.path);
  Client idle(world.path);
  dripping.send("GET /heal");
  waiting.get("/v1/runs/" + world.backend.past.kept[0].id.text() + "?wait=5m");
  idle.get("/healthz");
  REQUIRE(world.until_has(idle, "ok\n"));
  for (int second = 0; second < 58; second += 2) {
    world.backend.time.boot += 2s;
    dripping.send("t");
    world.turn(Millis{1});
  }
  CHECK_FALSE(dripping.is_closed());
  world.backend.time.boot += 4s;
  CHECK(world.until(dripping, [&] { return dripping.is_closed(); }));
  waiting.collect();
  CHECK_FALSE(waiting.is_closed());
}

// ---- Want of descriptors and of memory ------------------------------------------------------------------------------

namespace {

// From now on nobody in this process gets another descriptor.
class NoDescriptorsLeft {
 public:
  NoDescriptorsLeft() {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    const Fd highest{::fcntl(0, F_DUPFD_CLOEXEC, 3)};
    rlimit tight = before_;
    tight.rlim_cur = static_cast<rlim_t>(highest.get());
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
  }
  NoDescriptorsLeft(const NoDescriptorsLeft&) = delete;
  NoDescriptorsLeft& operator=(const NoDescriptorsLeft&) = delete;
  ~NoDescriptorsLeft() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("api/server: F11 without a descriptor left a client is sent away with 503, and the loop does not spin") {
  World world;
  Client early(world.path);
  early.get("/healthz");
  REQUIRE(world.until_has(early, "ok\n"));
  early.take();
  Client late(world.path);
  Client later(world.path);
  late.get("/healthz");
  {
    const NoDescriptorsLeft none;
    REQUIRE(world.until(late, [&] { return late.is_closed(); }));
    REQUIRE(world.until(later, [&] { return later.is_closed(); }));
    early.get("/healthz");  // who is in is served
    CHECK(world.until_has(early, "ok\n"));
    const int dispatches = world.dispatches;
    for (int i = 0; i < 50; ++i) world.turn(2ms);
    CHECK(world.dispatches - dispatches < 5);
  }
  CHECK(late.has("HTTP/1.1 503 Service Unavailable\r\n"));
  CHECK(late.has("application/problem+json"));
  CHECK(late.has("LimitNOFILE"));
  Client afterwards(world.path);
  afterwards.get("/healthz");
  CHECK(world.until_has(afterwards, "ok\n"));
}

TEST_CASE("api/http: F12 a handler that gets no memory is answered with 503, and the next request is served") {
  TempDir dir;
  UnixListener listener = listen_unix(dir / "x.sock").value();
  int requests = 0;
  const auto server = HttpServer::start({.listener = std::move(listener.fd), .now = [] { return BootTime{}; }},
                                        [&](const Request&, const Reply& reply) {
                                          if (++requests == 1) throw std::bad_alloc();
                                          reply({.body = "fine\n"});
                                        })
                          .value();
  Client client(dir / "x.sock");
  const auto serve_until = [&](std::string_view part) {
    for (int i = 0; i < 500 && !client.has(part); ++i) {
      server->dispatch();
      client.collect();
    }
    return client.has(part);
  };
  client.get("/");
  CHECK(serve_until("not enough memory"));
  CHECK(client.has("503"));
  client.get("/");
  CHECK(serve_until("fine\n"));
}
