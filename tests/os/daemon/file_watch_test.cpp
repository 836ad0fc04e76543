#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include <base/file.h>
#include <daemon/file_watch.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

class Directory {
 public:
  Directory() { REQUIRE(::mkdtemp(path_.data()) != nullptr); }
  ~Directory() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_ = (std::filesystem::temp_directory_path() / "belfry-watch-XXXXXX").string();
};

constexpr BootTime start{1h};

// What the watch says about everything that has happened so far: the events are read as if at `start`.
bool sees_change(FileWatch& watch) {
  watch.take_events(start);
  return watch.take_change(start + FileWatch::settle_time);
}

bool is_readable(int fd) {
  pollfd waited{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&waited, 1, 0) == 1;
}

void write_in_place(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

TEST_CASE("daemon/file_watch: S35 every way of saving a file is seen, once") {
  const Directory directory;
  const std::string file = directory / "schedules.yaml";
  write_in_place(file, "1");
  auto watch = FileWatch::open({file}).value();
  CHECK_FALSE(sees_change(watch));

  SUBCASE("written in place") { write_in_place(file, "2"); }
  SUBCASE("renamed over") { REQUIRE(replace_file(file, "2").has_value()); }
  SUBCASE("deleted") { std::filesystem::remove(file); }
  SUBCASE("deleted and made anew") {
    std::filesystem::remove(file);
    write_in_place(file, "2");
  }
  SUBCASE("moved away") { std::filesystem::rename(file, directory / "backup"); }
  CHECK(sees_change(watch));
  CHECK_FALSE(sees_change(watch));
}

TEST_CASE("daemon/file_watch: S35 a change counts when it has settled") {
  const Directory directory;
  const std::string file = directory / "schedules.yaml";
  write_in_place(file, "1");
  auto watch = FileWatch::open({file}).value();
  CHECK_FALSE(watch.take_change(start));
  write_in_place(file, "half");
  watch.take_events(start);
  CHECK(watch.wakes_in(start) == FileWatch::rest_time);
  CHECK_FALSE(watch.take_change(start + FileWatch::rest_time));
  CHECK(watch.wakes_in(start) == FileWatch::settle_time);
  CHECK_FALSE(watch.take_change(start + 199ms));
  write_in_place(file, "whole");
  watch.take_events(start + 199ms);
  CHECK_FALSE(watch.take_change(start + 200ms));
  CHECK(watch.wakes_in(start + 399ms) == 0ms);
  CHECK(watch.take_change(start + 399ms));
  CHECK_FALSE(watch.take_change(start + 999ms));
}

TEST_CASE("daemon/file_watch: a neighbour that is written without end calls nobody more often than the watch rests") {
  const Directory directory;
  const std::string file = directory / "schedules.yaml";
  write_in_place(file, "1");
  auto watch = FileWatch::open({file}).value();
  const auto calls = [&] {
    write_in_place(directory / "log", "line");
    return is_readable(watch.fd());
  };
  CHECK(calls());
  watch.take_events(start);
  CHECK_FALSE(watch.take_change(start));
  CHECK_FALSE(calls());
  CHECK_FALSE(watch.take_change(start + FileWatch::rest_time));
  CHECK(calls());
}

TEST_CASE("daemon/file_watch: a neighbour that is written all the time neither counts nor puts off a change") {
  const Directory directory;
  const std::string file = directory / "schedules.yaml";
  write_in_place(file, "1");
  write_in_place(directory / "ledger", "1");
  auto watch = FileWatch::open({file}).value();
  write_in_place(directory / "ledger", "2");
  CHECK_FALSE(sees_change(watch));

  write_in_place(file, "2");
  watch.take_events(start);
  write_in_place(directory / "ledger", "3");
  watch.take_events(start + 150ms);
  CHECK(watch.take_change(start + 200ms));
}

TEST_CASE("daemon/file_watch: S35 a file that is not there yet is seen when it comes, with its directory") {
  const Directory directory;
  auto watch = FileWatch::open({directory / "later/schedules.yaml"}).value();
  write_in_place(directory / "neighbour", "1");
  CHECK_FALSE(sees_change(watch));
  std::filesystem::create_directory(directory / "later");
  CHECK(sees_change(watch));
  watch.follow({directory / "later/schedules.yaml"}, start);
  CHECK(sees_change(watch));  // it may have come before the new directory was watched
  write_in_place(directory / "later/schedules.yaml", "1");
  CHECK(sees_change(watch));
}

TEST_CASE("daemon/file_watch: S35 a directory that has taken the place of another is watched in its turn") {
  const Directory directory;
  const std::string file = directory / "etc/schedules.yaml";
  for (const char* name : {"etc", "etc.new"}) {
    std::filesystem::create_directory(directory / name);
    write_in_place((directory / name) + "/schedules.yaml", name);
  }
  auto watch = FileWatch::open({file}).value();
  CHECK_FALSE(sees_change(watch));
  std::filesystem::rename(directory / "etc", directory / "etc.old");
  std::filesystem::rename(directory / "etc.new", directory / "etc");
  CHECK(sees_change(watch));
  watch.follow({file}, start);
  CHECK(sees_change(watch));  // it may have changed before the new directory was watched
  watch.follow({file}, start);
  CHECK_FALSE(sees_change(watch));
  write_in_place(file, "edited");
  CHECK(sees_change(watch));
  write_in_place(directory / "etc.old/schedules.yaml", "of no interest");
  CHECK_FALSE(sees_change(watch));
}

TEST_CASE("daemon/file_watch: S35 any symbolic link on the way to the file may be pointed elsewhere") {
  const Directory directory;
  const auto point = [&](const std::string& link, const std::string& target) {
    std::filesystem::create_symlink(target, directory / "new-link");
    std::filesystem::rename(directory / "new-link", directory / link);
  };
  for (const char* release : {"release-1", "release-2"}) {
    std::filesystem::create_directories(directory / release);
    write_in_place((directory / release) + "/schedules.yaml", release);
  }
  point("..data", "release-1");  // as a mounted ConfigMap is laid out
  point("schedules.yaml", "..data/schedules.yaml");
  point("outside", (directory / "schedules.yaml"));
  const std::string file = directory / "outside";
  auto watch = FileWatch::open({file}).value();
  CHECK_FALSE(sees_change(watch));

  SUBCASE("the directory of the target") { point("..data", "release-2"); }
  SUBCASE("the file itself") { point("outside", (directory / "release-2/schedules.yaml")); }
  SUBCASE("the target is written in place") { write_in_place(directory / "release-1/schedules.yaml", "new"); }
  SUBCASE("the target is renamed over") { REQUIRE(replace_file(directory / "release-1/schedules.yaml", "new")); }
  CHECK(sees_change(watch));
  watch.follow({file}, start);
  sees_change(watch);
  CHECK_FALSE(sees_change(watch));
}

TEST_CASE(
    "daemon/file_watch: S35 after a link was pointed elsewhere, its new target is watched and the old one is not") {
  const Directory directory;
  write_in_place(directory / "1", "1");
  std::filesystem::create_directory(directory / "elsewhere");
  write_in_place(directory / "elsewhere/2", "2");
  std::filesystem::create_symlink("1", directory / "link");
  auto watch = FileWatch::open({directory / "link"}).value();
  std::filesystem::remove(directory / "link");
  std::filesystem::create_symlink("elsewhere/2", directory / "link");
  CHECK(sees_change(watch));
  watch.follow({directory / "link"}, start);
  CHECK(sees_change(watch));
  write_in_place(directory / "1", "3");
  CHECK_FALSE(sees_change(watch));
  write_in_place(directory / "elsewhere/2", "3");
  CHECK(sees_change(watch));
}

TEST_CASE("daemon/file_watch: S35 a pattern is watched, and what matches it") {
  const Directory directory;
  write_in_place(directory / "main.yaml", "1");
  std::filesystem::create_directory(directory / "d");
  auto watch = FileWatch::open({directory / "main.yaml"}).value();
  const std::vector<std::string> paths{directory / "main.yaml", directory / "d/*.yaml"};
  watch.follow(paths, start);
  CHECK(sees_change(watch));
  write_in_place(directory / "d/note.txt", "1");
  CHECK_FALSE(sees_change(watch));
  write_in_place(directory / "d/1.yaml", "1");
  CHECK(sees_change(watch));
  watch.follow(paths, start);
  CHECK_FALSE(sees_change(watch));
}

TEST_CASE("daemon/file_watch: S35 a change of which the kernel told nothing is seen within 30 s") {
  const Directory directory;
  const std::string file = directory / "schedules.yaml";
  write_in_place(file, "1");
  auto watch = FileWatch::open({file}).value();
  CHECK_FALSE(watch.take_change(start));
  CHECK(watch.wakes_in(start) == FileWatch::poll_time);
  write_in_place(file, "22");  // its event is never taken
  CHECK_FALSE(watch.take_change(start + 29s));
  CHECK_FALSE(watch.take_change(start + 30s));
  CHECK(watch.take_change(start + 30s + FileWatch::settle_time));
}
