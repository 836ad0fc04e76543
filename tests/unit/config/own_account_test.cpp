#include <doctest/doctest.h>

#include <config/load.h>

using namespace belfry;
using namespace belfry::config;

namespace {

std::vector<std::string> errors_of(const std::string& text, std::optional<OwnAccount> only_as) {
  ZoneCache zones;
  ParseOptions options;
  options.only_as = std::move(only_as);
  const auto loaded = parse_config("f.yaml", text, zones, options);
  std::vector<std::string> lines;
  if (loaded) return lines;
  for (const Problem& problem : loaded.error()) lines.push_back(one_line(problem));
  return lines;
}

const OwnAccount belfry_user{.user = "belfry", .uid = "998", .group = "belfry", .gid = "997"};

}  // namespace

TEST_CASE(
    "config/jobs: S28 S36 a user or group that the daemon may not take on is refused where it stands, with the cure") {
  const std::string text =
      "jobs:\n"
      "  a: {schedule: manual, run: date, user: postgres}\n"
      "  b: {schedule: manual, run: date, group: adm}\n"
      "  c: {schedule: manual, run: date, user: belfry, group: '997'}\n"
      "  d: {schedule: manual, run: date, user: '998'}\n";
  CHECK(errors_of(text, std::nullopt).empty());
  const auto errors = errors_of(text, belfry_user);
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].starts_with("f.yaml:2:42"));
  CHECK(errors[0].find("job 'a' wants the user 'postgres', but the daemon runs as 'belfry'") != std::string::npos);
  CHECK(errors[0].find("root.conf") != std::string::npos);
  CHECK(errors[1].starts_with("f.yaml:3:43"));
}

TEST_CASE("config/jobs: S36 a user that is inherited is refused at the job") {
  const auto errors = errors_of("defaults: {user: postgres}\njobs:\n  a: {schedule: manual, run: date}\n", belfry_user);
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].starts_with("f.yaml:3:3"));
}
