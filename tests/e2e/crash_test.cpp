#include <signal.h>

#include <doctest/doctest.h>

#include <base/file.h>
#include <tests/e2e/installation.h>

using namespace belfry;
using namespace belfry::e2e;

namespace {

constexpr const char* slow_job = R"(
jobs:
  slow:
    schedule: manual
    run: |
      echo begin
      while [ ! -e "$RELEASE" ]; do sleep 0.05; done
      echo end
      exit 42
    env: { RELEASE: "%RELEASE%" }
)";

std::string with_release(const Installation& installation, std::string text) {
  const std::string placeholder = "%RELEASE%";
  return text.replace(text.find(placeholder), placeholder.size(), installation.path("release"));
}

// Starts `slow` and returns its id once its process has said something.
std::string start_slow_run(Installation& installation) {
  installation.write_schedules(with_release(installation, slow_job));
  installation.start_daemon();
  const auto run = installation.belfry_json({"run", "slow"});
  const std::string id = run["id"];
  REQUIRE(eventually([&] { return installation.belfry({"logs", id}).out == "begin\n"; }));
  return id;
}

void release(const Installation& installation) { REQUIRE(replace_file(installation.path("release"), "").has_value()); }

void check_result(const Installation& installation, const std::string& id) {
  const auto run = installation.wait_for_closed_run("slow");
  CHECK(run["id"] == id);
  CHECK(run["outcome"] == "failed");
  CHECK(run["exit_code"] == 42);
  CHECK(run["attempt"] == 1);
  CHECK(installation.belfry({"logs", id}).out == "begin\nend\n");
  CHECK(installation.belfry_json({"runs", "slow"}).size() == 1);
}

}  // namespace

TEST_CASE("e2e: S3 F01 kill -9 of the daemon while a job runs, restart, then the job ends: nothing is lost") {
  Installation installation("jobs: {}\n");
  const std::string id = start_slow_run(installation);
  installation.stop_daemon(SIGKILL);
  installation.start_daemon();
  release(installation);
  check_result(installation, id);
}

TEST_CASE("e2e: S3 F01 kill -9 of the daemon, the job ends while no daemon lives, restart: nothing is lost") {
  Installation installation("jobs: {}\n");
  const std::string id = start_slow_run(installation);
  installation.stop_daemon(SIGKILL);
  release(installation);
  REQUIRE(eventually([&] {  // the minder is gone: it has written what it knows
    return run_program({"/usr/bin/pgrep", "-f", installation.path("state")}).exit_code == 1;
  }));
  installation.start_daemon();
  check_result(installation, id);
}

TEST_CASE("e2e: S33 a daemon that is asked to stop leaves its jobs running, and the next one takes them over") {
  Installation installation("jobs: {}\n");
  const std::string id = start_slow_run(installation);
  installation.stop_daemon(SIGTERM);
  CHECK(installation.daemon_log().find("1 run goes on") != std::string::npos);
  installation.start_daemon();
  release(installation);
  check_result(installation, id);
}

TEST_CASE("e2e: S3 F02 a minder that is killed leaves a run that is lost, and says so") {
  Installation installation("jobs: {}\n");
  const std::string id = start_slow_run(installation);
  REQUIRE(run_program({"/usr/bin/pkill", "-KILL", "-f", "belfry-minder.*" + installation.path("state")}).exit_code ==
          0);
  const auto run = installation.wait_for_closed_run("slow");
  CHECK(run["id"] == id);
  CHECK(run["outcome"] == "lost");
  CHECK(run["reason"] == "minder killed");
}

TEST_CASE("e2e: S3 F01 a daemon that is killed again and again starts each slot once and loses none") {
  Installation installation("jobs: {}\n");
  installation.write_schedules(
      "jobs: {tick: {schedule: every 100ms, run: 'echo \"$BELFRY_SCHEDULED_TIME $BELFRY_ATTEMPT\" >> " +
      installation.path("starts") + "'}}\n");
  const auto count = [&] { return installation.belfry_json({"runs", "tick", "-n", "1000"}).size(); };
  for (int round = 0; round < 12; ++round) {
    installation.start_daemon();
    const auto before = count();
    REQUIRE(eventually([&] { return count() >= before + 2; }));
    installation.stop_daemon(SIGKILL);
  }
  installation.start_daemon();
  REQUIRE(eventually([&] {
    for (const auto& run : installation.belfry_json({"runs", "tick", "-n", "1000"})) {
      if (run["trigger"] == "catch-up" && !run["outcome"].is_string()) return false;
    }
    return true;
  }));
  installation.stop_daemon(SIGTERM);

  std::vector<std::string> starts;
  std::string line;
  std::istringstream in(read_file(installation.path("starts")).value());
  while (std::getline(in, line)) starts.push_back(line);
  CHECK(starts.size() >= 24);
  std::sort(starts.begin(), starts.end());
  CHECK(std::adjacent_find(starts.begin(), starts.end()) == starts.end());
}

TEST_CASE("e2e: S3 S33 F01 a run that waits for its turn when the daemon dies has its turn under the next one") {
  for (const int signal : {SIGKILL, SIGTERM}) {
    Installation installation("jobs: {}\n");
    installation.write_schedules(with_release(installation, slow_job) +
                                 "  next: { schedule: manual, queue: one, run: echo it runs }\n"
                                 "  first: { schedule: manual, queue: one, run: 'while [ ! -e \"$RELEASE\" ]; do sleep "
                                 "0.05; done', env: { RELEASE: '" +
                                 installation.path("release") + "' } }\nqueues: { one: { concurrency: 1 } }\n");
    installation.start_daemon();
    installation.belfry_json({"run", "first"});
    const std::string id = installation.belfry_json({"run", "next"})["id"];
    REQUIRE(eventually([&] { return installation.belfry_json({"show", id})["state"] == "queued"; }));
    installation.stop_daemon(signal);
    const bool says_what_goes_on = installation.daemon_log().find("stopping; 1 run goes on") != std::string::npos;
    CHECK(says_what_goes_on == (signal == SIGTERM));
    installation.start_daemon();
    release(installation);
    const auto run = installation.wait_for_closed_run("next");
    CHECK(run["id"] == id);
    INFO(run["detail"]);
    CHECK(run["outcome"] == "succeeded");
    CHECK(installation.belfry({"logs", id}).out == "it runs\n");
  }
}
