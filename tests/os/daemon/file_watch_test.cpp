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

void write_in_place(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

TEST_CASE("daemon/file_watch: S35 every way of saving a file is seen, once") {
  const Directory directory;
  const std::string file = directory / "schedules.yaml";
  write_in_place(file, "1");
  auto watch = FileWatch::open(file).value();
  CHECK_FALSE(sees_change(watch));

  SUBCASE("written in place") { write_in_place(file, "2"); }
  SUBCASE("renamed over") { REQUIRE(replace_file(file, "2").has_value()); }
  SUBCASE("deleted") { std::filesystem::remove(file); }
  SUBCASE("deleted and made anew") {
    std::filesystem::remove(file);
    write_in_place(file, "2");
  }
  SUBCASE("moved away") { std::filesystem::rename(file, directory / "backup"); }
  SUBCASE("a symbolic link beside it swapped, as a mounted ConfigMap does") {
    std::filesystem::create_symlink("a", directory / "..data");
  }
  CHECK(sees_change(watch));
  CHECK_FALSE(sees_change(watch));
}

TEST_CASE("daemon/file_watch: S35 a change counts when it has settled") {
  const Directory directory;
  const std::string file = directory / "schedules.yaml";
  write_in_place(file, "1");
  auto watch = FileWatch::open(file).value();
  CHECK_FALSE(watch.settles_in(start).has_value());
  write_in_place(file, "half");
  watch.take_events(start);
  CHECK(watch.settles_in(start) == FileWatch::settle_time);
  CHECK_FALSE(watch.take_change(start + 199ms));
  write_in_place(file, "whole");
  watch.take_events(start + 199ms);
  CHECK_FALSE(watch.take_change(start + 200ms));
  CHECK(watch.settles_in(start + 399ms) == 0ms);
  CHECK(watch.take_change(start + 399ms));
  CHECK_FALSE(watch.take_change(start + 999ms));
}

TEST_CASE("daemon/file_watch: a neighbour that is written all the time neither counts nor puts off a change") {
  const Directory directory;
  const std::string file = directory / "schedules.yaml";
  write_in_place(file, "1");
  write_in_place(directory / "ledger", "1");
  auto watch = FileWatch::open(file).value();
  write_in_place(directory / "ledger", "2");
  CHECK_FALSE(sees_change(watch));

  write_in_place(file, "2");
  watch.take_events(start);
  write_in_place(directory / "ledger", "3");
  watch.take_events(start + 150ms);
  CHECK(watch.take_change(start + 200ms));
}

TEST_CASE("daemon/file_watch: a directory that is not there is an error that names it") {
  const auto watch = FileWatch::open("/no/such/directory/schedules.yaml");
  REQUIRE_FALSE(watch.has_value());
  CHECK(watch.error().what.find("/no/such/directory") != std::string::npos);
}
