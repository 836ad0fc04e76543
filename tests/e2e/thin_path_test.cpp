#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include <doctest/doctest.h>

#include <tests/e2e/installation.h>

using namespace belfry::e2e;

namespace {

// One request over the socket, spoken by hand, so that the answer does not depend on the project's own client.
std::string ask(const Installation& installation, const std::string& request) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  installation.path("belfry.sock").copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::write(fd, request.data(), request.size()) == static_cast<ssize_t>(request.size()));
  std::string answer;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    if (n <= 0) break;
    answer.append(buffer.data(), static_cast<std::size_t>(n));
  }
  ::close(fd);
  return answer;
}

}  // namespace

TEST_CASE("e2e: S1 S2 S31 from schedules.yaml to a recorded run, with its output, exit code and times") {
  Installation installation(R"(
timezone: UTC
jobs:
  tick:
    schedule: every 500ms
    run: |
      echo "to stdout $BELFRY_JOB $BELFRY_ATTEMPT $BELFRY_TRIGGER"
      echo "to stderr" >&2
  fails:
    schedule: every 1s
    command: [/bin/sh, -c, "exit 3"]
)");
  installation.start_daemon();
  const auto good = installation.wait_for_closed_run("tick");
  CHECK(good["outcome"] == "succeeded");
  CHECK(good["job"] == "tick");
  CHECK(good["exit_code"] == 0);
  CHECK(good["slot"] == good["due"]);
  CHECK(good["started"].get<std::string>() >= good["due"].get<std::string>().substr(0, 19));
  CHECK(good["late_ms"].get<int>() >= 0);

  const auto bad = installation.wait_for_closed_run("fails");
  CHECK(bad["outcome"] == "failed");
  CHECK(bad["exit_code"] == 3);

  const Finished logs = installation.belfry({"logs", good["id"].get<std::string>()});
  CHECK(logs.exit_code == 0);
  CHECK(logs.out == "to stdout tick 1 schedule\nto stderr\n");
  CHECK(installation.belfry({"logs", good["id"].get<std::string>(), "--stderr"}).out == "to stderr\n");

  installation.stop_daemon(SIGTERM);
}

TEST_CASE("e2e: S8 the slots of an interval are the points of its grid, each with one run") {
  Installation installation("jobs: {tick: {schedule: every 200ms, run: 'true'}}\n");
  installation.start_daemon();
  REQUIRE(eventually([&] { return installation.belfry_json({"runs", "tick", "-n", "50"}).size() >= 10; }));
  const auto runs = installation.belfry_json({"runs", "tick", "-n", "50"});
  std::string later;
  for (const auto& run : runs) {
    const std::string slot = run["slot"];
    CAPTURE(slot);
    const std::string fraction = slot.size() > 20 ? slot.substr(20, 3) : "000";
    CHECK(std::stoi(fraction) % 200 == 0);
    CHECK(slot != later);
    later = slot;
  }
}

TEST_CASE("e2e: the health check answers, also to a client that is not ours") {
  Installation installation("jobs: {idle: {schedule: manual, run: 'true'}}\n");
  installation.start_daemon();
  const std::string answer = ask(installation, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(answer.starts_with("HTTP/1.1 200"));
  const std::string missing = ask(installation, "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(missing.starts_with("HTTP/1.1 404"));
  CHECK(missing.find("application/problem+json") != std::string::npos);
}

TEST_CASE("e2e: S12 a cron line fires by its own zone, and `next` says when") {
  Installation installation(R"(
timezone: Asia/Kathmandu
jobs:
  morning:
    schedule: "15 6 * * *"
    run: "true"
  newyork:
    schedule: { cron: "0 12 * * *", timezone: America/New_York }
    run: "true"
)");
  installation.start_daemon();
  const auto next = installation.belfry_json({"next", "-n", "20"});
  int mornings = 0;
  for (const auto& slot : next) {
    const std::string utc = slot["slot"];
    if (slot["job"] == "morning") {
      CHECK(utc.substr(10) == "T00:30:00Z");  // Kathmandu is 5:45 ahead
      ++mornings;
    } else {
      CHECK((utc.substr(10) == "T16:00:00Z" || utc.substr(10) == "T17:00:00Z"));
    }
  }
  CHECK(mornings == 10);
}
