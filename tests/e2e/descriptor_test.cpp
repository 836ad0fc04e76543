// F11: a daemon that may have few descriptors.
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <base/os.h>
#include <tests/e2e/installation.h>

using namespace belfry::e2e;

namespace {

// For as long as it lives, and for the daemon that is started meanwhile.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t limit) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{.rlim_cur = limit, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  rlimit before_{};
};

// Somebody who connects and says nothing.
belfry::Fd silent_client(const std::string& socket_path) {
  belfry::Fd client{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
  (void)::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return client;
}

}  // namespace

TEST_CASE(
    "e2e: F11 more runs than descriptors wait for their turn, silent clients take none from them, and all succeed") {
  Installation installation(
      "daemon: { max_running: 2000 }\n"
      "jobs:\n"
      "  many: { schedule: manual, run: 'sleep 0.5' }\n"
      "  tick: { schedule: every 200ms, run: 'true' }\n");
  {
    const FewDescriptors few(72);
    installation.start_daemon();
  }
  CHECK(installation.daemon_log().find("'max_running' is 2000, and this process has descriptors for") !=
        std::string::npos);
  std::vector<belfry::Fd> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(silent_client(installation.path("belfry.sock")));
  for (int i = 0; i < 60; ++i) REQUIRE(installation.belfry({"run", "many"}).exit_code == 0);
  for (int i = 0; i < 100; ++i) clients.push_back(silent_client(installation.path("belfry.sock")));
  const auto runs_of = [&](const char* job) { return installation.belfry_json({"runs", job, "-n", "200"}); };
  clients.resize(3);
  REQUIRE(eventually([&] {
    const auto runs = runs_of("many");
    return std::ranges::all_of(runs, [](const auto& run) { return run["outcome"] == "succeeded"; });
  }));
  CHECK(runs_of("many").size() == 60);
  for (const auto& run : runs_of("tick")) {
    if (!run["outcome"].is_null()) CHECK(run["outcome"] == "succeeded");
  }
}
