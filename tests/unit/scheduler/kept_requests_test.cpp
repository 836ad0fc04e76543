#include <doctest/doctest.h>

#include <scheduler/kept_requests.h>

using namespace belfry;

namespace {

RunId run(std::uint64_t number) { return {.high = 0, .low = number}; }
JobName job(const char* name) { return JobName::parse(name).value(); }
Params told(const char* value) { return Params{{"a", value}}; }

}  // namespace

TEST_CASE("scheduler/kept_requests: I15 a key stands for the first run that had it") {
  KeptRequests kept;
  CHECK_FALSE(kept.with_key("k").has_value());
  kept.keep_key("k", run(1));
  kept.keep_key("k", run(2));
  CHECK(kept.with_key("k") == run(1));
}

TEST_CASE("scheduler/kept_requests: S25 an equal request is the newest run of the same job and parameters") {
  KeptRequests kept;
  kept.keep({.job = job("restore"), .params = told("1"), .run = run(1)});
  kept.keep({.job = job("restore"), .params = told("2"), .run = run(2)});
  kept.keep({.job = job("restore"), .params = told("1"), .run = run(3)});
  CHECK(kept.equal(job("restore"), told("1")) == run(3));
  CHECK(kept.equal(job("restore"), told("2")) == run(2));
  CHECK_FALSE(kept.equal(job("restore"), {}).has_value());
  CHECK_FALSE(kept.equal(job("other"), told("1")).has_value());
}

TEST_CASE("scheduler/kept_requests: the oldest is forgotten, and what was asked for again is not the oldest") {
  KeptRequests kept(3);
  for (const char* value : {"1", "2", "1", "3"}) kept.keep({.job = job("a"), .params = told(value), .run = run(9)});
  CHECK(kept.equal(job("a"), told("1")).has_value());
  kept.keep({.job = job("a"), .params = told("4"), .run = run(9)});
  CHECK_FALSE(kept.equal(job("a"), told("2")).has_value());
  CHECK(kept.equal(job("a"), told("4")).has_value());
}

TEST_CASE("scheduler/kept_requests: I15 what is forgotten is forgotten whether somebody has asked before or not") {
  for (const bool has_asked : {false, true}) {
    KeptRequests kept(2);
    for (std::uint64_t number = 1; number <= 2; ++number) kept.keep_key("k" + std::to_string(number), run(number));
    if (has_asked) CHECK(kept.with_key("k1") == run(1));
    kept.keep_key("k3", run(3));
    CHECK_FALSE(kept.with_key("k1").has_value());
    CHECK(kept.with_key("k2") == run(2));
    CHECK(kept.with_key("k3") == run(3));
    CHECK_FALSE(kept.with_key("").has_value());
  }
}
