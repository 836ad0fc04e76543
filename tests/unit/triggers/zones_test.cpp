#include <cstdlib>
#include <filesystem>

#include <base/file.h>
#include <base/posix_rule.h>
#include <tests/support/temp_dir.h>
#include <tests/unit/triggers/support.h>

using namespace belfry;
using namespace belfry::tests;

namespace {

ZoneCache cache_of(const std::string& directory) {
  return ZoneCache({.directory = directory, .localtime = directory + "/localtime"});
}

void copy(const std::string& from, const std::string& to) {
  std::filesystem::create_directories(std::filesystem::path(to).parent_path());
  std::filesystem::copy_file(from, to + ".new");
  std::filesystem::rename(to + ".new", to);
}

}  // namespace

TEST_CASE("base/zone: S14 a reading is unique, skipped or repeated") {
  const Zone& berlin = *zone("Europe/Berlin");
  const auto reading = [](std::string_view text) { return LocalTime{at(text).time_since_epoch()}; };
  const Zone::Lookup plain = berlin.lookup(reading("2026-07-01T12:00:00Z"));
  CHECK(plain.reading == Zone::Reading::unique);
  CHECK(plain.before == at("2026-07-01T10:00:00Z"));
  const Zone::Lookup gap = berlin.lookup(reading("2026-03-29T02:30:00Z"));
  CHECK(gap.reading == Zone::Reading::skipped);
  CHECK(gap.before == at("2026-03-29T01:30:00Z"));
  CHECK(gap.change == at("2026-03-29T01:00:00Z"));
  CHECK(gap.after == at("2026-03-29T00:30:00Z"));
  CHECK(berlin.lookup(reading("2026-03-29T03:00:00Z")).reading == Zone::Reading::unique);
  const Zone::Lookup fold = berlin.lookup(reading("2026-10-25T02:00:00Z"));
  CHECK(fold.reading == Zone::Reading::repeated);
  CHECK(fold.before == at("2026-10-25T00:00:00Z"));
  CHECK(fold.after == at("2026-10-25T01:00:00Z"));
  CHECK(zone("Pacific/Apia")->lookup(reading("2011-12-30T12:00:00Z")).reading == Zone::Reading::skipped);
}

TEST_CASE("base/zones: S15 slim files give the same zones as fat ones, also past 2037") {
  const TempDir dir;
  const std::string command = "zic -b slim -d " + (dir / "slim") + " /usr/share/zoneinfo/tzdata.zi";
  REQUIRE_MESSAGE(std::system(command.c_str()) == 0,
                  "zic (package libc-bin) and tzdata.zi (package tzdata) are needed");
  ZoneCache slim = cache_of(dir / "slim");
  // Not Gaza: fat files leave out the changes that are predicted there beyond 2037.
  for (const std::string_view name :
       {"Europe/Berlin", "America/Nuuk", "Europe/Dublin", "Antarctica/Troll", "Asia/Kolkata", "Africa/Casablanca"}) {
    CAPTURE(name);
    const auto thin = slim.find(name);
    REQUIRE_MESSAGE(thin.has_value(), thin.error().what);
    for (WallTime t = at("1970-01-01T00:00:00Z"); t < at("2120-01-01T00:00:00Z"); t += std::chrono::hours{35}) {
      const Zone::Period a = (*thin)->period_at(t), b = zone(name)->period_at(t);
      REQUIRE(a.offset == b.offset);
      REQUIRE(a.abbreviation == b.abbreviation);
    }
  }
  CHECK(zone("Europe/Berlin")->period_at(at("2045-07-01T00:00:00Z")).abbreviation == "CEST");
}

TEST_CASE("base/zones: S12 an unknown name is an error with the nearest one") {
  ZoneCache cache;
  const auto message = [&](std::string_view name) {
    const auto found = cache.find(name);
    REQUIRE_FALSE(found.has_value());
    return found.error().what;
  };
  CHECK(message("Europe/Berln").find("did you mean 'Europe/Berlin'") != std::string::npos);
  CHECK(message("europe/berlin").find("did you mean 'Europe/Berlin'") != std::string::npos);
  CHECK(message("Berlin").find("did you mean 'Europe/Berlin'") != std::string::npos);
  CHECK(message("../../../etc/passwd").find("did you mean") == std::string::npos);
  CHECK(message("zone.tab").find("no time zone") != std::string::npos);
  CHECK(message("Europe").find("no time zone") != std::string::npos);
  CHECK(message("").find("no time zone") != std::string::npos);
  CHECK(cache.find("UTC").has_value());
  CHECK(cache.database_version().size() >= 5);
}

TEST_CASE(
    "base/zones: S15 a new file is a new zone, a broken one changes nothing, and who holds the old one keeps it") {
  const TempDir dir;
  const std::string path = dir / "Test/Here";
  copy("/usr/share/zoneinfo/Europe/Berlin", path);
  ZoneCache cache = cache_of(dir / "");
  const auto berlin = cache.find("Test/Here");
  REQUIRE(berlin.has_value());
  CHECK(*cache.find("Test/Here") == *berlin);
  copy("/usr/share/zoneinfo/Asia/Tokyo", path);
  const auto tokyo = cache.find("Test/Here");
  REQUIRE(tokyo.has_value());
  CHECK((*tokyo)->period_at(at("2026-07-01T00:00:00Z")).abbreviation == "JST");
  CHECK((*berlin)->period_at(at("2026-07-01T00:00:00Z")).abbreviation == "CEST");
  for (const std::string& broken : {std::string("TZif2 but no more"), std::string(), std::string(5000, 'x')}) {
    REQUIRE(replace_file(path, broken).has_value());
    CHECK(*cache.find("Test/Here") == *tokyo);
    CHECK_FALSE(cache_of(dir / "").find("Test/Here").has_value());
  }
  std::filesystem::remove(path);
  CHECK(*cache.find("Test/Here") == *tokyo);
}

TEST_CASE("base/zones: S12 a damaged file is refused, byte for byte") {
  const TempDir dir;
  const auto whole = read_file("/usr/share/zoneinfo/America/Nuuk");
  REQUIRE(whole.has_value());
  std::filesystem::create_directories(dir / "Test");
  for (std::size_t size = 0; size < whole->size(); size += 7) {
    REQUIRE(replace_file(dir / "Test/Here", std::string_view(*whole).substr(0, size)).has_value());
    CHECK_FALSE(cache_of(dir / "").find("Test/Here").has_value());
  }
}

TEST_CASE("base/zones: S12 the system's zone is found") {
  const TempDir dir;
  copy("/usr/share/zoneinfo/Europe/Berlin", dir / "zoneinfo/Europe/Berlin");
  ZoneCache cache({.directory = dir / "zoneinfo", .localtime = dir / "localtime"});
  ::unsetenv("TZ");
  CHECK((*cache.system_zone())->name() == "UTC");  // nothing says anything
  std::filesystem::create_symlink("../usr/share/zoneinfo/Europe/Berlin", dir / "localtime");
  CHECK((*cache.system_zone())->name() == "Europe/Berlin");
  std::filesystem::remove(dir / "localtime");
  copy("/usr/share/zoneinfo/Asia/Tokyo", dir / "localtime");
  CHECK((*cache.system_zone())->period_at(at("2026-07-01T00:00:00Z")).abbreviation == "JST");
  ::setenv("TZ", ":Europe/Berlin", 1);
  CHECK((*cache.system_zone())->name() == "Europe/Berlin");
  ::setenv("TZ", "Nowhere", 1);
  CHECK_FALSE(cache.system_zone().has_value());
  ::unsetenv("TZ");
}

TEST_CASE("base/posix_rule: S15 the rule in the last line of a zone file") {
  const auto changes = [](std::string_view text) {
    const auto rule = PosixRule::parse(text);
    REQUIRE_MESSAGE(rule.has_value(), rule.error().what);
    Texts shown;
    if (!rule->has_dst()) return shown;
    for (const Zone::Change& change : rule->changes_of(std::chrono::year{2040})) {
      shown.push_back(format_utc(change.at) + " " + change.abbreviation + " " + std::to_string(change.offset.count()));
    }
    return shown;
  };
  CHECK(changes("CET-1CEST,M3.5.0,M10.5.0/3") ==
        Texts{"2040-03-25T01:00:00Z CEST 7200", "2040-10-28T01:00:00Z CET 3600"});
  CHECK(changes("<-02>2<-01>,M3.5.0/-1,M10.5.0/0") ==
        Texts{"2040-03-25T01:00:00Z -01 -3600", "2040-10-28T01:00:00Z -02 -7200"});
  CHECK(changes("EET-2EEST,M3.4.4/50,M10.4.4/50") ==
        Texts{"2040-03-24T00:00:00Z EEST 10800", "2040-10-26T23:00:00Z EET 7200"});
  CHECK(changes("AEST-10AEDT,M10.1.0,M4.1.0/3") ==
        Texts{"2040-03-31T16:00:00Z AEST 36000", "2040-10-06T16:00:00Z AEDT 39600"});
  CHECK(changes("IST-1GMT0,M10.5.0,M3.5.0/1") == Texts{"2040-03-25T01:00:00Z IST 3600", "2040-10-28T01:00:00Z GMT 0"});
  CHECK(changes("XXX3YYY,J60/0,300") == Texts{"2040-03-01T03:00:00Z YYY -7200", "2040-10-27T04:00:00Z XXX -10800"});
  CHECK(changes("JST-9").empty());
  for (const std::string_view bad : {"", "A1", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
                                     "CET-1CEST,M3.5.0,M10.5.0x", "<CET-1", "CET-200"}) {
    CAPTURE(bad);
    CHECK_FALSE(PosixRule::parse(bad).has_value());
  }
}
