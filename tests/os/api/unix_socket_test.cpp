#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include <api/unix_socket.h>
#include <tests/support/temp_dir.h>

using namespace belfry;
using namespace belfry::api;
using namespace belfry::tests;
using namespace std::chrono_literals;

namespace {

mode_t mode_of(const std::string& path) {
  struct stat info{};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return info.st_mode & 07777;
}

// A socket file whose process is gone.
void leave_stale_socket(const std::string& path) {
  {
    const auto listener = listen_unix(path);
    REQUIRE(listener.has_value());
    std::filesystem::rename(path, path + ".kept");  // out of the reach of the listener's clean-up
  }
  std::filesystem::rename(path + ".kept", path);
}

}  // namespace

TEST_CASE("api/unix_socket: S40 the file has mode 0660 whatever the umask, and goes with the listener") {
  const TempDir dir;
  const std::string path = dir / "a/b/socket";  // the directories are made
  for (const mode_t mask : {0077U, 0000U, 0022U}) {
    const mode_t before = ::umask(mask);
    const auto listener = listen_unix(path);
    ::umask(before);
    REQUIRE(listener.has_value());
    CHECK(mode_of(path) == 0660);
    CHECK(connect_unix(path, 1s).has_value());
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("api/unix_socket: a second listener is refused, and the first goes on") {
  const TempDir dir;
  const std::string path = dir / "socket";
  const auto first = listen_unix(path);
  REQUIRE(first.has_value());
  const auto second = listen_unix(path);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().kind == ErrorKind::busy);
  CHECK(second.error().what == "another process listens on " + path);
  CHECK(connect_unix(path, 1s).has_value());
}

TEST_CASE("api/unix_socket: a listener that is too busy to accept is a listener all the same") {
  const TempDir dir;
  const std::string path = dir / "socket";
  const auto first = listen_unix(path);
  REQUIRE(first.has_value());
  REQUIRE(::listen(first->fd.get(), 0) == 0);
  std::vector<Fd> queued;
  for (;;) {
    auto connection = connect_unix(path, 50ms);
    if (!connection) break;
    queued.push_back(std::move(*connection));
  }
  CHECK(listen_unix(path).error().kind == ErrorKind::busy);
}

TEST_CASE("api/unix_socket: a socket file that was left behind is replaced") {
  const TempDir dir;
  const std::string path = dir / "socket";
  leave_stale_socket(path);
  CHECK(connect_unix(path, 1s).error().sys_errno == ECONNREFUSED);
  const auto listener = listen_unix(path);
  REQUIRE(listener.has_value());
  CHECK(connect_unix(path, 1s).has_value());
}

TEST_CASE("api/unix_socket: a file that is no socket is left alone") {
  const TempDir dir;
  const std::string path = dir / "socket";
  std::ofstream(path) << "precious";
  CHECK(listen_unix(path).error().what == "cannot listen on " + path + ": a file that is not a socket is there");
  CHECK(std::filesystem::file_size(path) == 8);
}

TEST_CASE("api/unix_socket: a socket file that somebody put in place of ours is theirs") {
  const TempDir dir;
  const std::string path = dir / "socket";
  auto ours = listen_unix(path);
  REQUIRE(ours.has_value());
  std::filesystem::rename(path, dir / "moved");  // keeps the inode number taken
  const auto theirs = listen_unix(path);
  REQUIRE(theirs.has_value());
  {
    const UnixListener gone = std::move(*ours);
  }
  CHECK(connect_unix(path, 1s).has_value());
}

TEST_CASE("api/unix_socket: addresses are unix:PATH, and a path that the kernel would cut is refused") {
  CHECK(unix_socket_path("unix:/run/belfry/belfry.sock").value() == "/run/belfry/belfry.sock");
  for (const char* bad : {"", "unix:", "/run/belfry.sock", "http://localhost:8023"}) {
    CAPTURE(bad);
    CHECK_FALSE(unix_socket_path(bad).has_value());
  }
  CHECK(unix_socket_path("unix:/" + std::string(106, 'x')).has_value());
  CHECK(unix_socket_path("unix:/" + std::string(107, 'x')).error().what.find("longer than 107 bytes") !=
        std::string::npos);
}
