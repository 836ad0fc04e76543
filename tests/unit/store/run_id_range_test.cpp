#include <string>

#include <doctest/doctest.h>

#include <store/run_id_range.h>

using namespace belfry;

TEST_CASE("store/run_id_range: a prefix is a range from its first to its last id") {
  struct Row {
    std::string_view prefix;
    std::string_view first;
    std::string_view last;
  };
  const Row rows[] = {
      {"", "00000000000000000000000000", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"},
      {"0", "00000000000000000000000000", "0ZZZZZZZZZZZZZZZZZZZZZZZZZ"},
      {"7", "70000000000000000000000000", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"},
      {"01KAB", "01KAB000000000000000000000", "01KABZZZZZZZZZZZZZZZZZZZZZ"},
      {"01kab", "01KAB000000000000000000000", "01KABZZZZZZZZZZZZZZZZZZZZZ"},
      {"01KABCDEFGHJKMNPQRSTVWXYZ0", "01KABCDEFGHJKMNPQRSTVWXYZ0", "01KABCDEFGHJKMNPQRSTVWXYZ0"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.prefix);
    const auto range = run_ids_with_prefix(row.prefix);
    REQUIRE(range.has_value());
    CHECK(range->first.text() == row.first);
    CHECK(range->last.text() == row.last);
  }
}

TEST_CASE("store/run_id_range: what begins no id has no range") {
  // Beyond 128 bits, letters that the alphabet leaves out, other characters, one character too many.
  for (const std::string_view prefix : {"8", "Z", "0I", "0L", "0O", "0U", "%", "0 ", "01KABCDEFGHJKMNPQRSTVWXYZ00"}) {
    CAPTURE(prefix);
    CHECK_FALSE(run_ids_with_prefix(prefix).has_value());
  }
}
