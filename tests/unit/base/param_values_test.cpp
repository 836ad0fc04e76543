#include <doctest/doctest.h>

#include <base/param_values.h>

using namespace belfry;

namespace {

std::string why(const ParamDefinition& definition, std::string_view value) {
  return why_no_value(definition, value).value_or("");
}

// Of each problem what is wrong, line by line; then the parameters.
std::string settled(const std::vector<ParamDefinition>& definitions, const std::vector<Param>& given) {
  const SettledParams out = settle_params(definitions, given);
  std::string text;
  for (const ParamProblem& problem : out.problems) text += problem.what + " | " + problem.write + "\n";
  for (const Param& param : out.params.list()) text += param.name + "=" + param.value + "\n";
  return text;
}

const ParamDefinition date{.name = "date", .type = ParamType::date, .is_required = true, .description = "Day"};
const ParamDefinition target{
    .name = "target", .type = ParamType::choice, .fallback = "staging", .options = {"staging", "production"}};

}  // namespace

TEST_CASE("base/param_values: S38 each type knows its values") {
  struct Row {
    ParamDefinition definition;
    std::vector<const char*> good;
    std::vector<const char*> bad;
  };
  const std::vector<Row> rows{
      {{.type = ParamType::string}, {"", "x", "; touch x", "$(id)", "two\nlines", "-f"}, {}},
      {{.type = ParamType::string, .pattern = "[a-z]{1,3}"}, {"a", "abc"}, {"", "abcd", "A", "ab\n", "a b"}},
      {{.type = ParamType::string, .pattern = "a|bc"}, {"a", "bc"}, {"ab", "xbc", "ax"}},
      {{.type = ParamType::string, .may_begin_with_dash = false}, {"x", "a-b", ""}, {"-", "-f", "--force"}},
      {{.type = ParamType::integer},
       {"0", "7", "-7", "9223372036854775807", "-9223372036854775808"},
       {"", "07", "1.5", "+1", "1e3", " 1", "0x10", "9223372036854775808", "-", "1\n"}},
      {{.type = ParamType::integer, .min = "-2", .max = "10"}, {"-2", "10"}, {"-3", "11"}},
      {{.type = ParamType::number}, {"0", "-1.5", "2", "3.10"}, {"", ".5", "1.", "1e3", "inf", "nan", "0x1", "1,5"}},
      {{.type = ParamType::number, .min = "0.5"}, {"0.5", "10"}, {"0.49", "-1"}},
      {{.type = ParamType::boolean}, {"true", "false"}, {"yes", "1", "True", ""}},
      {{.type = ParamType::date},
       {"2026-11-19", "2028-02-29"},
       {"2026-02-29", "2026-13-01", "19.11.2026", "2026-1-1", "2026-11-19 ", "today", ""}},
      {{.type = ParamType::date, .min = "2026-01-01", .max = "2026-12-31"},
       {"2026-01-01"},
       {"2025-12-31", "2027-01-01"}},
      {target, {"staging"}, {"stage", "", "STAGING"}},
  };
  for (const Row& row : rows) {
    CAPTURE(word_of(row.definition.type));
    CAPTURE(row.definition.pattern);
    for (const char* value : row.good) CHECK(why(row.definition, value) == "");
    for (const char* value : row.bad) {
      CAPTURE(value);
      CHECK(why(row.definition, value) != "");
    }
  }
}

TEST_CASE("base/param_values: F56 no value has a NUL, and a message is never as long as a value") {
  CHECK(why({}, std::string_view("a\0b", 3)) == "it contains a NUL, which no program can be told");
  CHECK(why(date, std::string(1 << 20, 'x')).size() < 200);
}

TEST_CASE("base/param_values: a pattern is a regular expression by itself, without back references") {
  CHECK_FALSE(why_no_pattern("[a-z]+(-[0-9]{1,3})?").has_value());
  for (const char* bad : {"(", "a)|(b", "[a", "*", "(a)\\1", "x{2,1}"}) {
    CAPTURE(bad);
    CHECK(why_no_pattern(bad).has_value());
  }
}

TEST_CASE("base/param_values: S38 values are put in the order of the definitions, with what nobody said") {
  CHECK(settled({date, target}, {{"target", "production"}, {"date", "2026-11-19"}}) ==
        "date=2026-11-19\ntarget=production\n");
  CHECK(settled({date, target}, {{"date", "2026-11-19"}}) == "date=2026-11-19\ntarget=staging\n");
  CHECK(settled({{.name = "note"}}, {}) == "");
  CHECK(settled({}, {}) == "");
}

TEST_CASE("base/param_values: S38 everything that is wrong is said at once, and what to write") {
  CHECK(settled({date, target}, {{"dte", "x"}, {"target", "prodction"}}) ==
        "there is no parameter 'dte'; did you mean 'date'? | \n"
        "parameter 'date' is missing: a date such as 2026-11-19 (Day) | date=2026-11-19\n"
        "parameter 'target': 'prodction' is not one of staging, production | target=production\n");
  CHECK(settled({target}, {{"target", "staging"}, {"target", "production"}})
            .starts_with("parameter 'target' is given twice"));
  CHECK(settled({}, {{"x", "1"}}) == "there is no parameter 'x': the job takes none | \n");
  CHECK(settled({{.name = "a"}}, {{"quite-different", "1"}}) ==
        "there is no parameter 'quite-different': the job takes a | \n");
}

TEST_CASE("base/param_values: S38 all parameters of a run together have a bound") {
  const std::string most(Params::bytes_max - 1, 'x');
  CHECK(settle_params({{.name = "a"}}, {{"a", most}}).problems.empty());
  const SettledParams over = settle_params({{.name = "a"}}, {{"a", most + "x"}});
  REQUIRE(over.problems.size() == 1);
  CHECK(over.problems[0].what == "the parameters have 65537 bytes; together they may have 65536");
}
