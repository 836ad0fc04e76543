// F18: what a job writes never passes through the daemon, and no more of it is kept than its bound. BELFRY_LONG=1: ten
// gigabytes instead of one.
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include <base/file.h>
#include <base/text.h>
#include <tests/e2e/installation.h>

using namespace belfry::e2e;

namespace {

constexpr std::int64_t mib = std::int64_t{1} << 20U;

std::int64_t resident_kib(const std::string& pid) {
  const std::string status = belfry::read_file("/proc/" + pid + "/status").value();
  const auto at = status.find("VmRSS:");
  REQUIRE(at != std::string::npos);
  const auto digits = status.find_first_of("0123456789", at);
  const auto end = status.find_first_not_of("0123456789", digits);
  return static_cast<std::int64_t>(belfry::parse_unsigned(status.substr(digits, end - digits)).value());
}

// Of the files that are there: one may go meanwhile.
std::int64_t bytes_in(const std::string& directory) {
  std::int64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    std::error_code gone;
    const auto size = std::filesystem::file_size(entry.path(), gone);
    if (!gone) bytes += static_cast<std::int64_t>(size);
  }
  return bytes;
}

}  // namespace

TEST_CASE("e2e: S30 a job that writes gigabytes costs the daemon no memory, and no more disk than its bound (F18)") {
  const std::int64_t flood = (std::getenv("BELFRY_LONG") != nullptr ? 10'000 : 1'000) * mib;
  Installation installation(
      "jobs:\n  drop: { schedule: manual, run: 'echo x' }\n  flood: { schedule: manual, run: 'yes | head -c " +
      std::to_string(flood) + "' }\n");
  installation.start_daemon();
  const std::string pid(belfry::trim(belfry::read_file(installation.path("state/lock")).value()));
  for (int i = 0; i < 5; ++i) REQUIRE(installation.belfry({"run", "drop", "--wait"}).exit_code == 0);
  // What the daemon does for the first time meanwhile costs memory once: it is the least growth of several that counts.
  std::int64_t grown = std::numeric_limits<std::int64_t>::max();
  for (int n = 0; n < 3 && grown >= 1'024; ++n) {
    const std::int64_t before = resident_kib(pid);
    const Finished ran = run_program({BELFRY_PROGRAM, "run", "flood", "--wait", "--host", installation.socket()}, 600);
    CHECK(ran.exit_code == 0);
    grown = std::min(grown, resident_kib(pid) - before);
  }
  CHECK(grown < 1'024);
  const auto run = installation.belfry_json({"runs", "flood"})[0];
  CHECK(run["output_bytes"] == flood);
  const std::string directory = installation.path("state/runs/" + run["id"].get<std::string>() + ".1.1");
  CHECK(std::filesystem::file_size(directory + "/output") <= 10 * mib);
  CHECK(bytes_in(directory) < 14 * mib);  // with the times of its lines
}
