#include <sys/stat.h>

#include <filesystem>

#include <doctest/doctest.h>

#include <tests/e2e/installation.h>

using namespace belfry::e2e;

namespace {

mode_t mode_of(const std::filesystem::path& path) {
  struct stat info{};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 07777;
}

}  // namespace

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

TEST_CASE("e2e: S39 only the daemon's user reads what it keeps, and a job's files are as the job says") {
  Installation installation("jobs: { a: { schedule: manual, run: x } }\n");
  installation.write_schedules("jobs: { a: { schedule: manual, run: touch made, working_dir: '" +
                               installation.path("") + "' } }\n");
  installation.start_daemon({"/bin/sh", "-c", "umask 0; exec \"$@\"", "sh"});
  REQUIRE(installation.belfry({"run", "a", "--wait"}).exit_code == 0);
  CHECK(mode_of(installation.path("made")) == 0644);
  CHECK(mode_of(installation.path("state")) == 0711);  // a job of somebody else passes through to its own directory
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(installation.path("state"))) {
    if (!entry.is_regular_file()) continue;
    ++files;
    CAPTURE(entry.path());
    CHECK((mode_of(entry.path()) & 077) == 0);
  }
  CHECK(files >= 5);  // the ledger, the copy of the configuration, what the run left
}
