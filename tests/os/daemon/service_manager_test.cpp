#include <map>
#include <string>

#include <doctest/doctest.h>

#include <daemon/service_manager.h>
#include <tests/support/datagrams.h>
#include <tests/support/temp_dir.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

using Variables = std::map<std::string, std::string>;

constexpr BootTime start{Millis{100'000}};

class Manager {
 public:
  explicit Manager(Variables variables = {}) : variables_(std::move(variables)) {
    variables_["NOTIFY_SOCKET"] = receiver.path();
    seen = ServiceManager::find([this](const char* name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      return found == variables_.end() ? std::nullopt : std::optional(found->second);
    });
  }

  ServiceManager& operator*() { return *seen; }
  ServiceManager* operator->() { return &*seen; }

  tests::TempDir directory;
  tests::DatagramReceiver receiver{directory / "notify"};

 private:
  Variables variables_;

 public:
  std::optional<ServiceManager> seen;
};

}  // namespace

TEST_CASE("daemon/service_manager: without one nothing is said and nobody is woken") {
  auto manager = ServiceManager::find([](const char*) { return std::optional<std::string>{}; });
  CHECK_FALSE(manager.is_there());
  manager.tell_ready();
  manager.show("well");
  manager.take_turn(start);
  CHECK_FALSE(manager.wakes_in(start).has_value());
}

TEST_CASE("daemon/service_manager: it is told with the turn that follows, once") {
  Manager manager;
  manager->tell_ready();
  CHECK(manager->wakes_in(start) == Millis{0});
  manager->take_turn(start);
  manager->take_turn(start + 1s);
  CHECK(manager.receiver.received() == std::vector<std::string>{"READY=1\n"});
  CHECK_FALSE(manager->wakes_in(start + 1s).has_value());
}

TEST_CASE("daemon/service_manager: a status is said when it changes, at most once a second, and the last one always") {
  Manager manager;
  manager->show("one job");
  manager->take_turn(start);
  manager->take_turn(start + 5s);
  CHECK(manager.receiver.received() == std::vector<std::string>{"STATUS=one job\n"});
  manager->show("two\njobs");
  manager->take_turn(start + 6s);
  for (const char* status : {"three jobs", "four jobs"}) {
    manager->show(status);
    manager->take_turn(start + 6s + 10ms);
  }
  CHECK(manager->wakes_in(start + 6s + 10ms) == Millis{990});
  manager->take_turn(start + 7s);
  CHECK(manager.receiver.received() ==
        std::vector<std::string>{"STATUS=one job\n", "STATUS=two jobs\n", "STATUS=four jobs\n"});
}

TEST_CASE("daemon/service_manager: who is told that the daemon is ready is told at once what it is ready for") {
  Manager manager;
  manager->show("opens the ledger");
  manager->take_turn(start);
  manager->show("two jobs");
  manager->tell_ready();
  manager->take_turn(start + 10ms);
  CHECK(manager.receiver.received() ==
        std::vector<std::string>{"STATUS=opens the ledger\n", "READY=1\nSTATUS=two jobs\n"});
}

TEST_CASE("daemon/service_manager: the watchdog hears of it three times in its patience, and asks for its wakeups") {
  Manager manager(Variables{{"WATCHDOG_USEC", "30000000"}});
  manager->take_turn(start);
  CHECK(manager.receiver.count("WATCHDOG=1") == 1);
  CHECK(manager->wakes_in(start + 3s) == Millis{7s});
  manager->take_turn(start + 9'999ms);
  CHECK(manager.receiver.count("WATCHDOG=1") == 1);
  manager->take_turn(start + 10s);
  CHECK(manager.receiver.count("WATCHDOG=1") == 2);
}

TEST_CASE("daemon/service_manager: a watchdog that waits for another process is not ours") {
  Manager manager(Variables{{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "1"}});
  manager->take_turn(start);
  CHECK(manager.receiver.received().empty());
  CHECK_FALSE(manager->wakes_in(start).has_value());
}

TEST_CASE("daemon/service_manager: time is asked for again and again, and not at every turn") {
  Manager manager;
  for (int second = 0; second < 25; ++second) {
    manager->ask_for_time(start + std::chrono::seconds(second));
    manager->take_turn(start + std::chrono::seconds(second));
  }
  CHECK(manager.receiver.count("EXTEND_TIMEOUT_USEC=30000000\n") == 3);
}

TEST_CASE("daemon/service_manager: what finds no room is offered again, and nothing waits for it") {
  Manager manager;
  const int flooded = manager.receiver.flood();
  manager->tell_ready();
  manager->take_turn(start);
  CHECK(manager->wakes_in(start) == ServiceManager::retry_pause);
  CHECK(manager.receiver.count("full") == flooded);
  manager->take_turn(start + 100ms);
  CHECK(manager.receiver.has("READY=1"));
}

TEST_CASE("daemon/service_manager: a manager that is gone takes nothing down") {
  Manager manager;
  ::unlink(manager.receiver.path().c_str());
  manager->tell_ready();
  manager->take_turn(start);
  CHECK_FALSE(manager->wakes_in(start).has_value());
}
