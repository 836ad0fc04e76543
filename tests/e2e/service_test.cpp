// The daemon as a service: what it says to whoever runs it, and what it takes from him.
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <sstream>

#include <doctest/doctest.h>

#include <tests/e2e/installation.h>
#include <tests/support/datagrams.h>

using namespace belfry;
using namespace belfry::e2e;
using belfry::tests::DatagramReceiver;

namespace {

// Jobs that run until they are told to stop, or for a little while.
constexpr const char* slow_job =
    "jobs: {slow: {schedule: manual, run: 'trap \"exit 9\" TERM; echo ready; sleep 60 & wait'}}\n";

std::vector<std::string> as_service(const DatagramReceiver& manager, const std::string& more = "") {
  const std::string variables =
      "export NOTIFY_SOCKET=" + manager.path() + " WATCHDOG_USEC=600000 WATCHDOG_PID=$$ " + more + "; exec \"$@\"";
  return {"/bin/sh", "-c", variables, "sh"};
}

void start_slow(const Installation& installation, std::string& id) {
  id = installation.belfry_json({"run", "slow"})["id"];
  REQUIRE(eventually([&] { return installation.belfry({"logs", id}).out == "ready\n"; }));
  REQUIRE(eventually([&] { return installation.belfry_json({"show", id})["state"] == "running"; }));
}

bool has_ended_whatever_started(const std::string& runs) {
  return std::ranges::all_of(std::filesystem::directory_iterator(runs), [](const auto& entry) {
    const std::string directory = entry.path();
    return !std::filesystem::exists(directory + "/started") || std::filesystem::exists(directory + "/exit");
  });
}

}  // namespace

TEST_CASE("e2e: the service manager learns that the daemon is ready, how it is, and that its loop turns") {
  Installation installation("jobs: {bad: {schedule: manual, run: exit 3}}\n");
  DatagramReceiver manager(installation.path("notify"));
  installation.start_daemon(as_service(manager));
  REQUIRE(eventually([&] { return manager.has("STATUS=1 job, 0 running\n"); }));
  CHECK(manager.count("READY=1\n") == 1);

  installation.belfry({"run", "bad", "--wait"});
  CHECK(eventually([&] { return manager.has("STATUS=1 job, 0 running; last failure: bad failed (exit 3) at 2"); }));
  installation.write_schedules("jobs: {bad: {shedule: manual}}\n");
  CHECK(eventually([&] { return manager.has("STATUS=degraded: "); }));

  const int fed = manager.count("WATCHDOG=1\n");
  CHECK(eventually([&] { return manager.count("WATCHDOG=1\n") >= fed + 3; }));
  ::kill(installation.daemon(), SIGSTOP);
  ::usleep(300'000);  // what was on its way has come
  const int stopped = manager.count("WATCHDOG=1\n");
  ::usleep(700'000);
  CHECK(manager.count("WATCHDOG=1\n") == stopped);
  ::kill(installation.daemon(), SIGCONT);
  CHECK(eventually([&] { return manager.count("WATCHDOG=1\n") > stopped; }));

  installation.stop_daemon(SIGTERM);
  CHECK(manager.has("STOPPING=1\n"));
}

TEST_CASE("e2e: S33 a daemon that waits for its jobs asks the service manager for the time") {
  Installation installation(std::string("daemon: { on_stop: wait 30s }\n") + slow_job);
  DatagramReceiver manager(installation.path("notify"));
  installation.start_daemon(as_service(manager));
  std::string id;
  start_slow(installation, id);
  ::kill(installation.daemon(), SIGTERM);
  CHECK(eventually([&] { return manager.has("STOPPING=1\n") && manager.has("EXTEND_TIMEOUT_USEC="); }));
  ::kill(installation.daemon(), SIGPWR);
  installation.stop_daemon(SIGTERM);
  installation.start_daemon();
  CHECK(installation.belfry_json({"show", id})["reason"] == "shutdown");
}

TEST_CASE("e2e: S33 when the machine goes down the jobs get their signal and their time, and it is said why") {
  Installation installation(slow_job);
  installation.start_daemon();
  std::string id;
  start_slow(installation, id);
  ::kill(installation.daemon(), SIGPWR);
  installation.stop_daemon(SIGTERM);
  installation.start_daemon();
  const auto run = installation.belfry_json({"show", id});
  CAPTURE(run.dump());
  CHECK(run["outcome"] == "cancelled");
  CHECK(run["reason"] == "shutdown");
  CHECK(run["exit_code"] == 9);
}

TEST_CASE("e2e: a socket that systemd holds is used, its requests wait, and it stays when the daemon goes") {
  Installation installation("jobs: {bad: {schedule: manual, run: exit 3}}\n");
  const std::string path = installation.path("belfry.sock");
  const Fd listener{::socket(AF_UNIX, SOCK_STREAM, 0)};  // handed on to the daemon
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(listener.get(), 16) == 0);

  const std::string number = std::to_string(listener.get());
  const std::string variables = "export LISTEN_FDS=1 LISTEN_PID=$$; exec 3<&" + number + "; exec \"$@\"";
  installation.start_daemon({"/bin/sh", "-c", variables, "sh"});
  CHECK(installation.belfry({"list"}).exit_code == 0);
  installation.stop_daemon(SIGTERM);
  CHECK(::access(path.c_str(), F_OK) == 0);
}

TEST_CASE("e2e: S28 a job of a service sees nothing of what the service was given") {
  Installation installation(
      "jobs: {look: {schedule: manual, run: 'env | cut -d= -f1 | sort | tr \"\\n\" \" \"; ls /proc/self/fd | wc "
      "-l'}}\n");
  DatagramReceiver manager(installation.path("notify"));
  installation.start_daemon(as_service(manager, "CREDENTIALS_DIRECTORY=/run/x JOURNAL_STREAM=1:2 INVOCATION_ID=x"));
  CHECK(installation.belfry({"run", "look", "--wait"}).exit_code == 0);
  const std::string output = installation.belfry({"logs", "look"}).out;
  CAPTURE(output);
  CHECK(output.find("BELFRY_RUN_ID") != std::string::npos);
  for (const char* name : {"NOTIFY_", "WATCHDOG_", "LISTEN_", "CREDENTIALS_", "JOURNAL_", "INVOCATION_"}) {
    CHECK(output.find(name) == std::string::npos);
  }
  CHECK(output.find(" 4\n") != std::string::npos);  // 0, 1, 2, and the directory that ls reads
}

TEST_CASE("e2e: F40 a start waits for a clock that is behind the ledger, and goes on when nobody sets it") {
  Installation installation("daemon: { wait_for_clock: 1500ms }\njobs: {bad: {schedule: manual, run: exit 3}}\n");
  installation.start_daemon();
  installation.stop_daemon(SIGTERM);
  for (const auto& entry : std::filesystem::directory_iterator(installation.path("state"))) {
    if (!entry.path().filename().string().starts_with("ledger.db")) continue;
    std::filesystem::last_write_time(entry.path(),
                                     std::filesystem::file_time_type::clock::now() + std::chrono::hours{24});
  }
  const auto begin = std::chrono::steady_clock::now();
  installation.start_daemon();
  CHECK(std::chrono::steady_clock::now() - begin > std::chrono::milliseconds{1400});
  const std::string log = installation.daemon_log();
  CAPTURE(log);
  CHECK(log.find("before the ledger was last written") != std::string::npos);
  CHECK(log.find("going on with it nevertheless") != std::string::npos);
}

TEST_CASE("e2e: S16 S22 F25 a daemon that stood still decides what passed as missed, by what really ran meanwhile") {
  Installation installation("jobs: {tick: {schedule: every 200ms, run: sleep 2}}\n");
  installation.start_daemon();
  REQUIRE(eventually([&] {
    const auto runs = installation.belfry_json({"runs", "tick", "-n", "1"});
    return !runs.empty() && runs[0]["state"] == "running";
  }));
  ::kill(installation.daemon(), SIGSTOP);
  REQUIRE(eventually([&] { return has_ended_whatever_started(installation.path("state/runs")); }));
  ::usleep(2'000'000);  // slots pass without a run
  ::kill(installation.daemon(), SIGCONT);
  REQUIRE(eventually([&] {
    const auto runs = installation.belfry_json({"runs", "tick", "-n", "1000"});
    return std::any_of(runs.begin(), runs.end(), [](const auto& run) { return run["stands_for"] > 5; });
  }));
  for (const auto& finding : installation.belfry_json({"doctor"})) {
    if (finding["about"] == "audit") CHECK(finding["verdict"] == "good");
  }
}

TEST_CASE("e2e: with --log json each line of the log is an object with what it is about") {
  Installation installation("jobs: {bad: {schedule: manual, run: exit 3}}\n");
  installation.start_daemon({"/bin/sh", "-c", "exec \"$@\" --log json", "sh"});
  installation.belfry({"run", "bad", "--wait"});
  installation.stop_daemon(SIGTERM);
  std::istringstream log(installation.daemon_log());
  bool is_found = false;
  for (std::string line; std::getline(log, line);) {
    CAPTURE(line);
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    REQUIRE(entry.is_object());
    CHECK(entry.contains("time"));
    CHECK(entry.contains("level"));
    CHECK(entry.contains("message"));
    is_found |= entry.value("event", "") == "run.finished" && entry["job"] == "bad" && entry["exit_code"] == 3;
  }
  CHECK(is_found);
}

TEST_CASE("e2e: S26 F17 a limit that cannot hold here is said when the file is loaded, and by the doctor") {
  Installation installation("jobs: {free: {schedule: manual, run: 'true'}}\n");
  installation.start_daemon();
  const auto notes_on_jobs = [&] {
    std::vector<std::string> notes;
    for (const auto& finding : installation.belfry_json({"doctor"})) {
      if (finding["about"] == "jobs") notes.push_back(finding["what"]);
    }
    return notes;
  };
  CHECK(notes_on_jobs().empty());

  installation.write_schedules("jobs: {bound: {schedule: manual, run: 'true', limits: {memory: 64M}}}\n");
  REQUIRE(installation.belfry({"reload"}).exit_code == 0);
  bool can_hold = false;
  for (const auto& finding : installation.belfry_json({"doctor"})) {
    if (finding["about"] == "control groups") can_hold = finding["verdict"] == "good";
  }
  const auto notes = notes_on_jobs();
  REQUIRE(notes.size() == (can_hold ? 0 : 1));
  if (can_hold) return;
  CHECK(notes[0].starts_with("these limits do not hold here: memory, of bound ("));
  CHECK(installation.daemon_log().find(notes[0]) != std::string::npos);
}
