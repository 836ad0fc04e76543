#include <filesystem>

#include <doctest/doctest.h>

#include <tests/e2e/installation.h>

using namespace belfry::e2e;

TEST_CASE("e2e: the file may say where the daemon keeps its state and listens, and the command line wins over it") {
  Installation installation("jobs: { a: { schedule: manual, run: x } }\n");
  const std::string home = std::filesystem::canonical(installation.path("."));
  installation.write_schedules("daemon: { state: " + home + "/said, listen: ['unix:" + home + "/said.sock'] }\n" +
                               "jobs: { a: { schedule: manual, run: 'true' } }\n");
  // Starts it, asks it, stops it.
  const auto live_with = [&](const std::string& options, const std::string& socket) {
    const std::string script = "\"$0\" daemon -c " + home + "/schedules.yaml " + options +
                               " & until \"$0\" run a --wait --host unix:" + socket +
                               " 2>/dev/null; do sleep 0.05; done; kill $!; wait $!";
    return run_program({"/bin/sh", "-c", script, BELFRY_PROGRAM}).exit_code;
  };
  CHECK(live_with("", home + "/said.sock") == 0);
  CHECK(std::filesystem::exists(home + "/said/ledger.db"));
  CHECK(live_with("--state " + home + "/told --listen unix:" + home + "/told.sock", home + "/told.sock") == 0);
  CHECK(std::filesystem::exists(home + "/told/ledger.db"));
}
