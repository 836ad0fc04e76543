#include <set>

#include <doctest/doctest.h>

#include <belfry/names.h>

using namespace belfry;

TEST_CASE("base/names: a job's name holds only characters that are safe in paths, logs and terminals") {
  for (const char* good : {"a", "A9", "nightly-backup", "x.y_z-1", "0"}) CHECK(JobName::parse(good).has_value());
  CHECK(JobName::parse(std::string(128, 'a')).has_value());
  CHECK_FALSE(JobName::parse(std::string(129, 'a')).has_value());
  for (const char* bad : {"", "-a", ".a", "_a", "a b", "a/b", "a\n", "ü", "a\x1b[31m"}) {
    CAPTURE(bad);
    CHECK_FALSE(JobName::parse(bad).has_value());
  }
}

TEST_CASE("base/names: a run's id is 26 characters that read back, sort by time and differ between ledgers") {
  const WallTime t{Millis{1795000000123}};
  const RunId id = RunId::make(t, 42, 7);
  CHECK(id.text().size() == RunId::text_length);
  CHECK(RunId::parse(id.text()) == id);
  CHECK(id.created() == t);
  CHECK(RunId::make(t + Millis{1}, 42, 1).text() > id.text());
  CHECK(RunId::make(t, 43, 7) != id);
  CHECK(RunId::make(t, 42, 8) != id);

  std::set<RunId> seen;
  for (std::uint64_t sequence = 0; sequence < 10'000; ++sequence) seen.insert(RunId::make(t, 42, sequence));
  CHECK(seen.size() == 10'000);
}

TEST_CASE("base/names: what is not a run's id is refused") {
  CHECK_FALSE(RunId::parse("").has_value());
  CHECK_FALSE(RunId::parse("01KA").has_value());
  CHECK_FALSE(RunId::parse("01KAAAAAAAAAAAAAAAAAAAAAAU").has_value());  // U is no digit
  CHECK_FALSE(RunId::parse("81KAAAAAAAAAAAAAAAAAAAAAAA").has_value());  // more than 128 bits
  CHECK(RunId::parse("7ZZZZZZZZZZZZZZZZZZZZZZZZZ").has_value());
}
