#include <doctest/doctest.h>

#include <api/target.h>

using namespace belfry;
using namespace belfry::api;

TEST_CASE("api/target: path and query come out decoded, segment by segment") {
  const auto target = parse_target("/v1/jobs/a%20b%2Fc+d?x=1&long=a+b%26c&flag");
  REQUIRE(target.has_value());
  // An encoded slash stays inside its segment; a plus is a space only in the query.
  CHECK(target->path == std::vector<std::string>{"v1", "jobs", "a b/c+d"});
  REQUIRE(target->query.size() == 3);
  CHECK(target->query[1].name == "long");
  CHECK(target->query[1].value == "a b&c");
  CHECK(target->query[2].name == "flag");
  CHECK(target->query[2].value.empty());
}

TEST_CASE("api/target: what cannot be meant is refused") {
  for (const char* bad : {"", "v1/jobs", "*", "/v1/%", "/v1/%4", "/v1/%zz", "/v1/jobs/a%00b", "/?x=%00"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_target(bad).has_value());
  }
  CHECK(parse_target("/v1/%41")->path.back() == "A");  // the escape may be the last thing there is
}

TEST_CASE("api/target: what is encoded is read back") {
  const std::string odd = "a b/c?d=e&f%+\xC3\xA9~";
  const auto target = parse_target("/" + percent_encode(odd));
  REQUIRE(target.has_value());
  CHECK(target->path == std::vector<std::string>{odd});
}
