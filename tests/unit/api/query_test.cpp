#include <doctest/doctest.h>

#include <api/query.h>

using namespace belfry;
using namespace belfry::api;
using namespace std::chrono_literals;

TEST_CASE("api/query: unknown and repeated parameters are refused, with the nearest name") {
  CHECK(check_parameters({{"limit", "1"}}, "job limit").has_value());
  CHECK(check_parameters({}, "").has_value());
  CHECK(check_parameters({{"limt", "1"}}, "job limit").error().what ==
        "unknown parameter 'limt'; did you mean 'limit'?");
  CHECK(check_parameters({{"colour", "1"}}, "job limit").error().what ==
        "unknown parameter 'colour'; this address takes job limit");
  CHECK(check_parameters({{"x", "1"}}, "").error().what == "unknown parameter 'x'; this address takes none");
  CHECK(check_parameters({{"job", "a"}, {"job", "b"}}, "job limit").error().what ==
        "parameter 'job': it is given twice");
}

TEST_CASE("api/query: numbers, durations and instants are checked against their bounds") {
  const Query query({{"n", "7"}, {"bad", "7x"}, {"wait", "30s"}, {"t", "2026-11-20T08:00:00Z"}, {"empty", ""}});
  CHECK(query.number("n", {}).value() == 7);
  CHECK(query.number("n", {.min = 7, .max = 7}).has_value());
  CHECK_FALSE(query.number("n", {.min = 8}).has_value());
  CHECK_FALSE(query.number("n", {.max = 6}).has_value());
  CHECK_FALSE(query.number("bad", {}).has_value());
  CHECK_FALSE(query.number("empty", {}).has_value());
  CHECK_FALSE(query.number("absent", {}).value().has_value());
  CHECK(query.duration("wait", 30s).value() == Millis{30s});
  CHECK_FALSE(query.duration("wait", 29s).has_value());
  CHECK_FALSE(query.duration("n", 1h).has_value());  // no unit
  CHECK(query.instant("t").value().has_value());
  CHECK_FALSE(query.instant("n").has_value());
}
