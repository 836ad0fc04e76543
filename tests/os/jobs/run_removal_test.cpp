#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <filesystem>

#include <doctest/doctest.h>

#include <base/file.h>
#include <base/os.h>
#include <jobs/records.h>
#include <jobs/run_removal.h>
#include <tests/support/temp_dir.h>

namespace belfry::tests {
namespace {

namespace fs = std::filesystem;

RunId run(std::uint64_t number) { return RunId::make(WallTime{std::chrono::hours{500'000}}, 7, number); }

// A run's directory as a minder leaves it, and a job that has put things into its own.
std::string make_directory(const TempDir& dir, const AttemptId& id) {
  const std::string path = dir / ("runs/" + run_directory_name(id));
  fs::create_directories(path + "/job/deep/er");
  for (const char* name : {"/spec", "/output", "/job/deep/er/file"}) {
    REQUIRE(replace_file(path + name, "x").has_value());
  }
  return path;
}

std::size_t directories(const TempDir& dir) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(dir / "runs"), fs::directory_iterator{}));
}

}  // namespace

TEST_CASE("jobs/run_removal: every attempt and launch of a run goes, other runs and files stay") {
  const TempDir dir;
  make_directory(dir, {run(1), 1, 1});
  make_directory(dir, {run(1), 2, 3});
  const std::string other = make_directory(dir, {run(2), 1, 1});
  REQUIRE(replace_file(dir / "runs/hints", "x").has_value());
  CHECK(remove_runs(dir / "runs", {run(1), run(9)}).has_value());
  CHECK(directories(dir) == 2);
  CHECK(fs::exists(other + "/job/deep/er/file"));
}

TEST_CASE("jobs/run_removal: F46 links that a job has left behind are removed, not followed") {
  const TempDir dir;
  const std::string path = make_directory(dir, {run(1), 1, 1});
  fs::create_directories(dir / "precious");
  REQUIRE(replace_file(dir / "precious/file", "x").has_value());
  fs::create_directory_symlink(dir / "precious", path + "/job/link");
  CHECK(remove_runs(dir / "runs", {run(1)}).has_value());
  CHECK(directories(dir) == 0);
  CHECK(fs::exists(dir / "precious/file"));
}

TEST_CASE("jobs/run_removal: strays are of no run, old, and without a minder") {
  const TempDir dir;
  const std::string stray = make_directory(dir, {run(1), 1, 1});
  const std::string known = make_directory(dir, {run(2), 1, 1});
  const std::string alive = make_directory(dir, {run(3), 1, 1});
  const Fd lock{::open((alive + "/spec").c_str(), O_RDONLY | O_CLOEXEC)};
  REQUIRE(::flock(lock.get(), LOCK_EX) == 0);
  const auto unknown = [](const RunId& id) { return id != run(2); };
  struct stat info{};
  REQUIRE(::lstat(stray.c_str(), &info) == 0);
  const WallTime made{std::chrono::seconds{info.st_mtim.tv_sec}};

  CHECK(remove_strays(dir / "runs", {.unknown = unknown, .made_before = made - std::chrono::hours{1}}).has_value());
  CHECK(directories(dir) == 3);
  CHECK(remove_strays(dir / "runs", {.unknown = unknown, .made_before = made + std::chrono::hours{1}}).has_value());
  CHECK_FALSE(fs::exists(stray));
  CHECK(fs::exists(known));
  CHECK(fs::exists(alive));
}

TEST_CASE("jobs/run_removal: what cannot be listed is an error") {
  const TempDir dir;
  const auto failed = remove_runs(dir / "nothing", {run(1)});
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().what.find("nothing") != std::string::npos);
}

}  // namespace belfry::tests
