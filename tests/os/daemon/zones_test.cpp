#include <stdlib.h>

#include <filesystem>

#include <doctest/doctest.h>

#include <base/file.h>
#include <daemon/configuration.h>
#include <daemon/moved_jobs.h>
#include <tests/support/temp_dir.h>

using namespace belfry;

namespace {

constexpr std::string_view text =
    "jobs:\n"
    "  noon: { schedule: { cron: '0 12 * * *', timezone: Europe/Berlin }, run: 'true' }\n"
    "  utc: { schedule: { cron: '0 12 * * *', timezone: UTC }, run: 'true' }\n";
constexpr WallTime new_year{std::chrono::seconds{1'767'225'600}};  // 2026-01-01T00:00:00Z

// A zone database of the test's own, with one zone that is as another one of this machine's.
struct Site {
  tests::TempDir directory;

  Site() {
    ::unsetenv("TZ");  // it would be looked for here
    std::filesystem::create_directories(directory / "zones/Europe");
    let_berlin_be("Europe/Berlin");
    save(text);
  }

  void let_berlin_be(const std::string& other) {
    std::filesystem::copy_file("/usr/share/zoneinfo/" + other, directory / "new");
    std::filesystem::rename(directory / "new", directory / "zones/Europe/Berlin");
  }

  void save(std::string_view content) {
    REQUIRE(replace_file(directory / "schedules.yaml", std::string(content)).has_value());
  }

  Configuration load() {
    Configuration configuration({.path = directory / "schedules.yaml",
                                 .zones = {.directory = directory / "zones", .localtime = directory / "localtime"}});
    REQUIRE(configuration.begin(configuration.read(), directory / "copy", WallTime{}).has_value());
    return configuration;
  }
};

std::shared_ptr<const JobSet> renew(Configuration& configuration) {
  return configuration.take_renewed(configuration.reading(Configuration::Purpose::renew, new_year)());
}

}  // namespace

TEST_CASE("daemon/configuration: S15 a new database moves the jobs of the zones that it changes, and no others") {
  Site site;
  Configuration configuration = site.load();
  const auto before = configuration.jobs();
  site.let_berlin_be("Asia/Tokyo");
  const auto after = renew(configuration);
  REQUIRE(after != nullptr);
  CHECK(configuration.jobs() == after);
  CHECK(after->revision == before->revision);
  CHECK(moved_jobs(*before, *after, new_year) ==
        std::vector<std::string>{"noon: 2026-01-01T03:00:00Z, was 2026-01-01T11:00:00Z"});
}

TEST_CASE("daemon/configuration: S15 S34 a new database while the file has errors: the accepted texts are read again") {
  Site site;
  Configuration configuration = site.load();
  const auto before = configuration.jobs();
  site.save("jobs: [");
  REQUIRE(configuration.take(configuration.reading(Configuration::Purpose::apply, new_year)()) == nullptr);
  site.let_berlin_be("Asia/Tokyo");
  const auto after = renew(configuration);
  REQUIRE(after != nullptr);
  CHECK(moved_jobs(*before, *after, new_year).size() == 1);
}

TEST_CASE("base/zones: S15 the files to watch are those of the zones in use, and the link that names the machine's") {
  Site site;
  CHECK(site.load().zone_files() ==
        std::vector<std::string>{site.directory / "localtime", site.directory / "zones/Europe/Berlin"});
}
