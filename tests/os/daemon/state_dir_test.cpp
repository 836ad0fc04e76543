#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include <base/file.h>
#include <daemon/state_dir.h>

using namespace belfry;

TEST_CASE("daemon/state_dir: S39 one holder at a time; the second learns who the first is") {
  std::string path = (std::filesystem::temp_directory_path() / "belfry-state-XXXXXX").string();
  REQUIRE(::mkdtemp(path.data()) != nullptr);
  const std::string nested = path + "/a/b";
  {
    const auto first = StateDir::open(nested);
    REQUIRE(first.has_value());
    const auto second = StateDir::open(nested);
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().kind == ErrorKind::busy);
    CHECK(second.error().what.find(nested) != std::string::npos);
    CHECK(second.error().what.find("pid " + std::to_string(::getpid())) != std::string::npos);
  }
  CHECK(StateDir::open(nested).has_value());
  std::filesystem::remove_all(path);
}

TEST_CASE("daemon/state_dir: S42 whoever holds it next learns of the last sign of life, whatever failed in between") {
  std::string path = (std::filesystem::temp_directory_path() / "belfry-state-XXXXXX").string();
  REQUIRE(::mkdtemp(path.data()) != nullptr);
  const auto sign_seen_by_the_next = [&] { return StateDir::open(path).value().earlier_sign(); };
  CHECK_FALSE(sign_seen_by_the_next());
  const timespec then[2] = {{.tv_sec = 1'700'000'000, .tv_nsec = 0}, {.tv_sec = 1'700'000'000, .tv_nsec = 0}};
  REQUIRE(::utimensat(AT_FDCWD, (path + "/lock").c_str(), then, 0) == 0);
  CHECK(sign_seen_by_the_next() == WallTime{std::chrono::seconds{1'700'000'000}});
  CHECK(sign_seen_by_the_next() == WallTime{std::chrono::seconds{1'700'000'000}});
  StateDir::open(path).value().give_sign();
  CHECK(sign_seen_by_the_next() > WallTime{std::chrono::seconds{1'700'000'000}});
  std::filesystem::remove_all(path);
}

TEST_CASE("daemon/state_dir: S39 F01 a child that a killed daemon had just forked does not keep the next one away") {
  std::string path = (std::filesystem::temp_directory_path() / "belfry-state-XXXXXX").string();
  REQUIRE(::mkdtemp(path.data()) != nullptr);
  pid_t child = -1;
  {
    const auto killed = StateDir::open(path);
    REQUIRE(killed.has_value());
    child = ::fork();  // and with it the lock
    if (child == 0) {
      ::poll(nullptr, 0, 200);
      ::_exit(0);
    }
    REQUIRE(child > 0);
    const pid_t gone = ::fork();
    if (gone == 0) ::_exit(0);
    ::waitpid(gone, nullptr, 0);
    REQUIRE(replace_file(path + "/pid", std::to_string(gone)).has_value());
    std::filesystem::copy_file(path + "/pid", path + "/lock", std::filesystem::copy_options::overwrite_existing);
  }
  CHECK(StateDir::open(path).has_value());
  ::waitpid(child, nullptr, 0);
  std::filesystem::remove_all(path);
}

TEST_CASE("daemon/state_dir: a place that cannot be written is an error with the path and the reason") {
  std::string path = (std::filesystem::temp_directory_path() / "belfry-state-XXXXXX").string();
  REQUIRE(::mkdtemp(path.data()) != nullptr);
  REQUIRE(replace_file(path + "/file", "").has_value());
  const auto refused = StateDir::open(path + "/file/state");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind == ErrorKind::failed);
  CHECK(refused.error().what.find(path + "/file/state: Not a directory") != std::string::npos);
  std::filesystem::remove_all(path);
}

TEST_CASE("daemon/state_dir: S28 a job of another user finds its way to its own directory, whatever the umask") {
  std::string path = (std::filesystem::temp_directory_path() / "belfry-state-XXXXXX").string();
  REQUIRE(::mkdtemp(path.data()) != nullptr);
  const mode_t before = ::umask(077);
  const auto state = StateDir::open(path);
  ::umask(before);
  REQUIRE(state.has_value());
  const auto mode = std::filesystem::status(state->runs_path()).permissions();
  CHECK(mode == static_cast<std::filesystem::perms>(0711));
  std::filesystem::remove_all(path);
}
