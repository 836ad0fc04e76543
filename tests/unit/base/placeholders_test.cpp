#include <map>

#include <doctest/doctest.h>

#include <base/placeholders.h>

using namespace belfry;

namespace {

// "param date 7 13": kind, name, where it begins, how long it is; then the next.
std::string found_in(std::string_view text) {
  const auto found = find_placeholders(text);
  if (!found) return std::to_string(found.error().at) + " " + found.error().what;
  std::string out;
  for (const Placeholder& p : *found) {
    out += (out.empty() ? "" : ", ") + std::string(p.kind == Placeholder::Kind::param ? "param " : "secret ") +
           std::string(p.name) + " " + std::to_string(p.at) + " " + std::to_string(p.length);
  }
  return out;
}

std::string filled(std::string_view text) {
  const std::map<std::string, std::string, std::less<>> values{{"a", "1"}, {"b", "${param:a}"}, {"token", "hush"}};
  const auto out = fill_in(text, [&](const Placeholder& p) -> Result<std::string> {
    const auto value = values.find(p.name);
    if (value == values.end()) return std::unexpected(Error::bad_input("no " + std::string(p.name)));
    return value->second;
  });
  return out ? *out : out.error().what;
}

}  // namespace

TEST_CASE("base/placeholders: S38 what is one, and what only looks like one") {
  CHECK(found_in("--date=${param:date}") == "param date 7 13");
  CHECK(found_in("${param:a}${secret:b-c}") == "param a 0 10, secret b-c 10 13");
  CHECK(found_in("${HOME} $param:x ${params:x} ${PARAM:x} $(date)") == "");
  CHECK(found_in("$${param:a}") == "");
  CHECK(found_in("x ${param:}").starts_with("2 ${param:...} needs a name"));
  CHECK(found_in("${param:a b}").starts_with("0 ${param:...} needs a name"));
  CHECK(found_in("${secret:a") == "0 ${secret: has no closing brace");
  CHECK(may_have_placeholders("a ${secret:x}"));
  CHECK_FALSE(may_have_placeholders("${HOME}"));
}

TEST_CASE("base/placeholders: S38 values are put in as they are, and not looked at again") {
  CHECK(filled("x") == "x");
  CHECK(filled("") == "");
  CHECK(filled("--to=${param:a}-${secret:token}.") == "--to=1-hush.");
  CHECK(filled("${param:b}") == "${param:a}");
  CHECK(filled("$${param:a} costs $5 in ${HOME}") == "${param:a} costs $5 in ${HOME}");
  CHECK(filled("${param:a}${param:z}${param:y}") == "no z");
}

TEST_CASE("base/placeholders: S38 the variable of a parameter") {
  CHECK(param_variable("date") == "BELFRY_PARAM_DATE");
  CHECK(param_variable("dry-run") == "BELFRY_PARAM_DRY_RUN");
  CHECK(param_variable("Key2_x") == "BELFRY_PARAM_KEY2_X");
}
