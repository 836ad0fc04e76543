#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include <base/file.h>
#include <base/trust.h>
#include <config/accepted.h>
#include <config/load.h>
#include <tests/support/temp_dir.h>

using namespace belfry;
using namespace belfry::config;

namespace {

constexpr const char* one_job = "jobs: { a: { schedule: manual, run: x } }\n";

void set_mode(const std::string& path, mode_t mode) { REQUIRE(::chmod(path.c_str(), mode) == 0); }

// Below /tmp, which everybody may write to and which is sticky; the test's directories are 0700 at first.
struct Place {
  Place() {
    REQUIRE(make_directories(dir / "d").has_value());
    REQUIRE(replace_file(file, one_job).has_value());
    set_mode(dir / "d", 0755);
    set_mode(file, 0644);
  }
  tests::TempDir dir;
  std::string file = dir / "d/schedules.yaml";
};

bool is_trusted(const std::string& path) { return !why_distrusted(path).has_value(); }

}  // namespace

TEST_CASE("config/trust: S37 F45 who else may change the file, or a directory on the way to it") {
  const Place place;
  CHECK(is_trusted(place.file));
  SUBCASE("everybody may write the file") {
    set_mode(place.file, 0646);
    CHECK(why_distrusted(place.file) == "others may change " + place.file + " (mode 0646): chmod go-w " + place.file);
  }
  SUBCASE("the group may write the file") {
    set_mode(place.file, 0664);
    CHECK_FALSE(is_trusted(place.file));
  }
  SUBCASE("everybody may write the directory") {
    set_mode(place.dir / "d", 0777);
    CHECK(why_distrusted(place.file) ==
          "others may change " + (place.dir / "d") + " (mode 0777): chmod go-w " + (place.dir / "d"));
  }
  SUBCASE("everybody may write a sticky directory, where nobody can touch what is others'") {
    set_mode(place.dir / "d", 01777);
    CHECK(is_trusted(place.file));
    REQUIRE(::link(place.file.c_str(), (place.dir / "second").c_str()) == 0);
    CHECK_FALSE(is_trusted(place.file));
  }
  SUBCASE("two names, where nobody else may add any") {
    REQUIRE(::link(place.file.c_str(), (place.dir / "second").c_str()) == 0);
    CHECK(is_trusted(place.dir / "second") == is_trusted(place.file));
  }
  SUBCASE("a symbolic link is judged by its target") {
    std::filesystem::create_symlink(place.file, place.dir / "link");
    CHECK(is_trusted(place.dir / "link"));
    set_mode(place.file, 0666);
    CHECK_FALSE(is_trusted(place.dir / "link"));
  }
  SUBCASE("somebody else's file") {
    if (::geteuid() == 0) {
      REQUIRE(::chown(place.file.c_str(), 12345, 12345) == 0);
      CHECK(why_distrusted(place.file)->starts_with(place.file + " belongs to user 12345"));
    }
  }
  SUBCASE("a file that is not there is for the reader to miss") { CHECK(is_trusted(place.dir / "nothing")); }
}

TEST_CASE("config/trust: S37 a service refuses such a file, and in the foreground it is a warning") {
  const Place place;
  ZoneCache zones;
  CHECK(load_config(place.file, zones, {.distrust = Distrust::refuse})->warnings.empty());
  set_mode(place.file, 0666);
  CHECK(load_config(place.file, zones)->warnings.empty());
  const auto warned = load_config(place.file, zones, {.distrust = Distrust::warn});
  REQUIRE(warned.has_value());
  REQUIRE(warned->warnings.size() == 1);
  CHECK(warned->warnings[0].severity == Severity::warning);
  const auto refused = load_config(place.file, zones, {.distrust = Distrust::refuse});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error()[0].what == warned->warnings[0].what);
}

TEST_CASE("config/trust: S37 F45 a FIFO, a socket or a device is no configuration, and nobody waits for it") {
  const Place place;
  ZoneCache zones;
  const std::string fifo = place.dir / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  for (const std::string& path : {fifo, std::string("/dev/zero"), std::string("/dev/null")}) {
    CAPTURE(path);
    const auto loaded = load_config(path, zones);
    REQUIRE_FALSE(loaded.has_value());
    CHECK(loaded.error()[0].what == path + " is no regular file");
  }
}

TEST_CASE("config/accepted: S34 a copy of everything that was accepted is read back the same") {
  const Place place;
  ZoneCache zones;
  REQUIRE(replace_file(place.dir / "d/1.yaml", "jobs: { b: { schedule: every 5m, run: y } }\n").has_value());
  REQUIRE(replace_file(place.file, std::string("include: [1.yaml, 'none*']\n") + one_job).has_value());
  const auto accepted = load_config(place.file, zones);
  REQUIRE(accepted.has_value());
  const std::string packed = pack(*accepted);
  const auto again = unpack(packed, place.file, zones);
  REQUIRE_MESSAGE(again.has_value(), again.error().what);
  CHECK(again->set->revision == accepted->set->revision);
  CHECK(again->files == accepted->files);
  CHECK(again->set->jobs.size() == 2);

  CHECK_FALSE(unpack(packed, "/other.yaml", zones).has_value());
  for (std::size_t size = 0; size < packed.size(); ++size)
    CHECK_FALSE(unpack(packed.substr(0, size), place.file, zones));
}
