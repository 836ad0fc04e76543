#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <base/ascii.h>
#include <base/words.h>

using namespace belfry;

TEST_CASE("base/words: one, and more than one") {
  CHECK(counted(1, "job") == "1 job");
  CHECK(counted(0, "job") == "0 jobs");
  CHECK(counted(std::size_t{2}, "job") == "2 jobs");
  CHECK(counted(std::int64_t{1}, "process", "processes") == "1 process");
  CHECK(counted(std::int64_t{12}, "process", "processes") == "12 processes");
}

TEST_CASE("base/words: lists, and the first of a long one") {
  const std::vector<std::string> names{"a", "b", "c"};
  CHECK(joined(names) == "a, b, c");
  CHECK(joined(names, "; ") == "a; b; c");
  CHECK(joined(std::vector<std::string>{}) == "");
  CHECK(some_of(names, 3) == "a, b, c");
  CHECK(some_of(names, 2) == "a, b and 1 more");
}

TEST_CASE("base/ascii: letters and digits are those of ASCII, and bytes of other characters are neither") {
  for (const char c : std::string("azAZ")) CHECK((is_letter(c) && is_alphanumeric(c) && !is_digit(c)));
  for (const char c : std::string("09")) CHECK((is_digit(c) && is_alphanumeric(c) && !is_letter(c)));
  for (const char c : std::string("@[`{/:_ \xC3\xA9")) CHECK_FALSE(is_alphanumeric(c));
  CHECK(upper("azAZ09_\xC3\xA9") == "AZAZ09_\xC3\xA9");
  CHECK(lower("azAZ09_\xC3\x89") == "azaz09_\xC3\x89");
}

TEST_CASE("base/ascii: digits, and names of variables") {
  CHECK(are_digits("007"));
  for (const char* text : {"", "-1", "1.5", " 1", "0x1"}) CHECK_FALSE(are_digits(text));
  for (const char* text : {"A", "_", "PATH", "a_1"}) CHECK(is_variable_name(text));
  for (const char* text : {"", "1A", "A-B", "A=B", "\xC3\xA9"}) CHECK_FALSE(is_variable_name(text));
}
