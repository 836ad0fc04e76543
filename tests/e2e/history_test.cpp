// "What happened here last night?"
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include <doctest/doctest.h>

#include <tests/e2e/installation.h>

using namespace belfry::e2e;

namespace {

constexpr const char* schedules =
    "jobs:\n"
    "  tick: {schedule: every 1s, missed: skip, run: 'true'}\n"
    "  idle: {schedule: manual, run: 'true'}\n";

// Their kinds, oldest first; of a job that is added, edited or removed with its name.
std::string kinds_of(const nlohmann::json& events) {
  std::string kinds;
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    kinds += (kinds.empty() ? "" : " ") + (*event)["kind"].get<std::string>();
    if (!(*event)["job"].is_null()) kinds += ":" + (*event)["job"].get<std::string>();
  }
  return kinds;
}

}  // namespace

TEST_CASE("e2e: S42 after a night of changes and a death, `why` tells what happened, and of a job why it did not run") {
  Installation installation(schedules);
  installation.start_daemon();
  installation.wait_for_closed_run("tick");
  CHECK(installation.belfry({"pause", "idle", "--for", "1h", "--reason", "disk swap"}).exit_code == 0);
  CHECK(installation.belfry({"skip", "tick", "--next", "1"}).exit_code == 0);
  installation.write_schedules("jobs:\n  tick: {schedule: evry 1s, run: 'true'}\n");
  REQUIRE(eventually([&] { return kinds_of(installation.belfry_json({"why"})).ends_with("config_refused"); }));
  installation.write_schedules(
      "jobs:\n"
      "  tick: {schedule: every 1s, missed: skip, run: 'true'}\n"
      "  idle: {schedule: manual, run: 'false'}\n");
  REQUIRE(eventually([&] { return kinds_of(installation.belfry_json({"why"})).ends_with("job_changed:idle"); }));
  installation.stop_daemon(SIGKILL);
  const auto lock = installation.path("state/lock");
  const auto long_ago = std::filesystem::last_write_time(lock) - std::chrono::hours{1};
  std::filesystem::last_write_time(lock, long_ago);
  std::this_thread::sleep_for(std::chrono::seconds{3});
  installation.start_daemon();
  CHECK(std::filesystem::last_write_time(lock) > long_ago);  // it is alive
  const std::string expected =
      "daemon_started job_paused:idle skip_requested:tick config_refused config_loaded job_changed:idle daemon_killed "
      "daemon_started";
  CHECK(kinds_of(installation.belfry_json({"why"})) == expected);

  const std::string told = installation.belfry({"why"}).out;
  for (const char* part : {"paused by uid ", ": disk swap", "'evry' is not known", "edited in the file: action",
                           "the last sign of the daemon, which ended without a word", "it did not run from "}) {
    CAPTURE(told);
    CHECK(told.find(part) != std::string::npos);
  }
  const auto why_missed = [&] { return installation.belfry({"why", "tick", "-n", "100"}).out; };
  CHECK_MESSAGE(
      eventually([&] { return why_missed().find("missed: the daemon did not run from ") != std::string::npos; }),
      why_missed());
  CHECK(why_missed().find("the next slot is to be left out") != std::string::npos);
  CHECK(why_missed().find("disk swap") == std::string::npos);  // another job's
  CHECK(installation.belfry({"why", "idle"}).out.find("disk swap") != std::string::npos);

  // A daemon that is told to stop says so, also while it has a lot to record.
  installation.stop_daemon(SIGTERM);
  installation.start_daemon();
  CHECK(kinds_of(installation.belfry_json({"why", "-n", "3"})) == "daemon_started daemon_stopped daemon_started");
  CHECK(installation.belfry({"why", "--from", "2020-01-01", "--to", "2020-01-02"}).out ==
        "Nothing happened in that time.\n");
  CHECK(installation.belfry({"why", "--at", "2020-01-01"}).exit_code == 2);
}

TEST_CASE("e2e: S42 what was edited while no daemon ran is told at the next start, job by job; so is a broken file") {
  Installation installation(schedules);
  installation.start_daemon();
  installation.stop_daemon(SIGKILL);
  installation.write_schedules(
      "jobs:\n"
      "  tick: {schedule: every 2s, missed: skip, run: 'true'}\n"
      "  new: {schedule: manual, run: 'true'}\n");
  installation.start_daemon();
  CHECK(kinds_of(installation.belfry_json({"why"})) ==
        "daemon_started daemon_killed daemon_started config_loaded job_changed:tick job_changed:new job_changed:idle");
  const std::string told = installation.belfry({"why"}).out;
  CAPTURE(told);
  CHECK(told.find("for the start of the daemon and is in force: 1 job added, 1 changed, 1 removed") !=
        std::string::npos);
  CHECK(told.find("edited in the file: schedule every 1s -> every 2s") != std::string::npos);

  installation.stop_daemon(SIGTERM);
  installation.start_daemon();  // nothing new
  CHECK(kinds_of(installation.belfry_json({"why", "-n", "2"})) == "daemon_stopped daemon_started");

  installation.stop_daemon(SIGTERM);
  installation.write_schedules("jobs:\n  tick: {schedule: evry 1s, run: 'true'}\n");
  installation.start_daemon();
  CHECK(kinds_of(installation.belfry_json({"why", "-n", "2"})) == "daemon_started config_refused");
  CHECK(installation.belfry({"why", "-n", "1"}).out.find("'evry' is not known") != std::string::npos);
}

TEST_CASE("e2e: S42 a backup has the events, too") {
  Installation installation(schedules);
  installation.start_daemon();
  CHECK(installation.belfry({"pause", "idle", "--reason", "disk swap"}).exit_code == 0);
  std::filesystem::create_directory(installation.path("restored"));
  CHECK(installation.belfry({"backup", installation.path("restored/ledger.db")}).exit_code == 0);
  const auto before = installation.belfry_json({"why"});
  installation.stop_daemon(SIGTERM);
  std::filesystem::remove_all(installation.path("state"));
  std::filesystem::rename(installation.path("restored"), installation.path("state"));
  installation.start_daemon();
  const auto after = installation.belfry_json({"why"});
  CHECK(kinds_of(after).starts_with(kinds_of(before) + " daemon_killed"));  // when it was copied nobody had stopped it
  CHECK(after[after.size() - 2] == before[before.size() - 2]);
  CHECK(after[after.size() - 2]["detail"] == "disk swap");
}

TEST_CASE("e2e: S42 what is done to many jobs at once is told once, with their names; and who cancelled a run") {
  Installation installation(
      "jobs:\n"
      "  a: {schedule: manual, run: 'true'}\n"
      "  b: {schedule: manual, run: 'true'}\n"
      "  c: {schedule: manual, run: 'true'}\n"
      "  d: {schedule: manual, run: 'true'}\n"
      "  e: {schedule: manual, run: 'true'}\n"
      "  f: {schedule: manual, run: 'true'}\n"
      "  slow: {schedule: every 1s, run: 'sleep 30'}\n");
  installation.start_daemon();
  REQUIRE(eventually([&] { return installation.belfry_json({"list", "--running"}).size() == 1; }));
  CHECK(installation.belfry({"cancel", "slow"}).exit_code == 0);
  CHECK(installation.belfry({"why", "slow", "-n", "100"}).out.find(": by request of uid ") != std::string::npos);
  CHECK(installation.belfry({"pause", "--all", "--reason", "storage move"}).exit_code == 0);
  const std::string told = installation.belfry({"why"}).out;
  CAPTURE(told);
  CHECK(told.find("  a, b, c, d, e and 2 more\n  paused by uid ") != std::string::npos);
  CHECK(told.find("storage move") == told.rfind("storage move"));
}
