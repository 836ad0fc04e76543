#include <doctest/doctest.h>

#include <config/difference.h>
#include <config/load.h>

using namespace belfry;
using namespace belfry::config;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<const JobSet> set_of(const std::string& text) {
  static ZoneCache zones;
  const auto loaded = parse_config("f.yaml", text, zones);
  REQUIRE_MESSAGE(loaded.has_value(), render(loaded.error()));
  return loaded->set;
}

JobInputs inputs_of(const std::string& keys) {
  return *set_of(
              "secrets: { token: { file: /t }, db: { credential: d }, more: { file: /m } }\n"
              "defaults: { env: { DB: '${secret:db}' } }\n"
              "jobs: { a: { schedule: manual, " +
              keys + " } }")
              ->jobs.at(0)
              .inputs;
}

}  // namespace

TEST_CASE("config/params: S38 every key of a parameter is read into its member") {
  const auto params = inputs_of(
                          "command: [x], params: { date: { type: date, required: true, min: 2026-01-01, max: "
                          "2026-12-31, description: Day }, n: { type: integer, default: 3 }, c: { type: choice, "
                          "options: [a, 2], default: 2 }, s: { pattern: '[a-z]+' }, b: { type: boolean }, f: { type: "
                          "number, default: 1.50 } }")
                          .params;
  const std::vector<ParamDefinition> expected{
      {.name = "date",
       .type = ParamType::date,
       .is_required = true,
       .min = "2026-01-01",
       .max = "2026-12-31",
       .description = "Day"},
      {.name = "n", .type = ParamType::integer, .fallback = "3"},
      {.name = "c", .type = ParamType::choice, .fallback = "2", .options = {"a", "2"}},
      {.name = "s", .pattern = "[a-z]+"},
      {.name = "b", .type = ParamType::boolean},
      {.name = "f", .type = ParamType::number, .fallback = "1.50"}};
  CHECK(params == expected);
}

TEST_CASE("config/params: S38 a run that nobody told anything has the defaults") {
  CHECK(inputs_of("command: [x], params: { a: { default: 1 }, b: {}, c: { default: '' } }").usual ==
        Params{{"a", "1"}, {"c", ""}});
}

TEST_CASE("config/params: S38 a job has the secrets that it names, also those it inherits, and no others") {
  const auto names = [](const std::string& keys) {
    std::string out;
    for (const SecretSource& secret : inputs_of(keys).secrets) out += secret.name + "=" + secret.where + " ";
    return out;
  };
  CHECK(names("run: x") == "db=d ");
  CHECK(names("run: x, env: { A: '${secret:token}${secret:token}' }") == "token=/t db=d ");
  CHECK(names("run: x, env: { DB: none, P: '$${secret:token}' }") == "");
}

TEST_CASE("config/params: F56 a text that stands as an argument of its own may not begin with a dash") {
  const auto may = [](const std::string& command, const std::string& param = "{}") {
    return inputs_of("command: " + command + ", params: { x: " + param + " }").params.at(0).may_begin_with_dash;
  };
  CHECK_FALSE(may("[rm, '${param:x}']"));
  CHECK_FALSE(may("[rm, '${param:x}.txt', --]"));
  CHECK(may("[rm, --, '${param:x}']"));
  CHECK(may("[rm, '--name=${param:x}']"));
  CHECK(may("[rm, './${param:x}']"));
  CHECK(may("[rm, '${param:x}']", "{ pattern: '-?[a-z]+' }"));
  CHECK(may("[rm, '${param:x}']", "{ type: integer }"));
}

TEST_CASE("config/params: S25 unique is true, or for how long; a job's own word wins") {
  const auto unique = [](const std::string& defaults, const std::string& job) {
    return set_of("defaults: { " + defaults + " }\njobs: { a: { schedule: manual, run: x" + job + " } }")
        ->jobs.at(0)
        .policies->unique;
  };
  CHECK(unique("", "") == std::nullopt);
  CHECK(unique("", ", unique: true") == Millis{0});
  CHECK(unique("", ", unique: 10m") == Millis{10min});
  CHECK(unique("unique: true", "") == Millis{0});
  CHECK(unique("unique: true", ", unique: false") == std::nullopt);
}

TEST_CASE("config/params: a change of parameters or of where secrets are is told, without values") {
  const auto with = [](const char* file, const char* fallback) {
    return set_of(std::string("secrets: { t: { file: ") + file + " } }\njobs: { a: { schedule: manual, run: x, " +
                  "params: { p: { default: " + fallback + " } }, env: { T: '${secret:t}' } } }");
  };
  const auto changes = difference(*with("/a", "1"), *with("/b", "2"), WallTime{});
  REQUIRE(changes.size() == 1);
  REQUIRE(changes[0].keys.size() == 2);
  CHECK(changes[0].keys[0] == JobChange::Key{"params", "", ""});
  CHECK(changes[0].keys[1] == JobChange::Key{"secrets", "", ""});
}
