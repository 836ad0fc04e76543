#include <signal.h>

#include <filesystem>

#include <doctest/doctest.h>

#include <tests/e2e/installation.h>

using namespace belfry::e2e;

namespace {

std::size_t run_directories(const Installation& installation) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(installation.path("state/runs"))) {
    if (entry.is_directory()) ++count;
  }
  return count;
}

std::size_t runs_of(const Installation& installation, const std::string& job) {
  return installation.belfry_json({"runs", job, "-n", "1000"}).size();
}

}  // namespace

TEST_CASE("e2e: the daemon keeps what it is told to keep, in the ledger and on the disk, and the audit still holds") {
  Installation installation(
      "daemon: {keep: {runs: 3}}\n"
      "jobs:\n"
      "  tick: {schedule: every 100ms, run: 'echo tick'}\n"
      "  slow: {schedule: every 100ms, run: sleep 0.25}\n"
      "  rare: {schedule: manual, run: 'echo rare'}\n");
  installation.start_daemon();
  const std::string rare = installation.belfry_json({"run", "rare", "--wait"})["id"];
  REQUIRE(eventually([&] { return runs_of(installation, "tick") > 12; }));
  const std::string oldest = installation.belfry_json({"runs", "tick", "-n", "1000"}).back()["id"];
  // The first pass comes soon after a start, and the next one minutes later: this start's may have come already.
  installation.stop_daemon(SIGTERM);
  installation.start_daemon();
  REQUIRE(eventually([&] { return installation.belfry({"show", oldest}).exit_code == 3; }));
  CHECK(eventually([&] { return installation.daemon_log().find("forgot ") != std::string::npos; }));
  CHECK(installation.belfry({"logs", oldest}).exit_code == 3);
  CHECK(installation.belfry({"logs", rare}).out == "rare\n");
  CHECK(eventually([&] {
    return run_directories(installation) <= runs_of(installation, "tick") + runs_of(installation, "slow") + 2;
  }));
  CHECK(installation.belfry_json({"doctor"}).dump().find("\"audit\"") != std::string::npos);
  CHECK(installation.belfry({"why", "slow", "-n", "1000"}).exit_code == 0);
}
