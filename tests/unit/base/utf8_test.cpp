#include <string_view>

#include <doctest/doctest.h>

#include <base/utf8.h>

using namespace belfry;

TEST_CASE("base/utf8: characters of every length are read whole") {
  std::string_view text = "a\u00E9\u2713\U0001F514";
  CHECK(take_utf8(text) == U'a');
  CHECK(take_utf8(text) == U'\u00E9');
  CHECK(take_utf8(text) == U'\u2713');
  CHECK(take_utf8(text) == U'\U0001F514');
  CHECK(text.empty());
}

TEST_CASE("base/utf8: what is not UTF-8 costs one byte and is told apart") {
  for (const std::string_view bad : {
           "\x80",              // a continuation without a beginning
           "\xC0\xAF",          // overlong '/'
           "\xE2\x9C",          // torn
           "\xED\xA0\x80",      // a surrogate
           "\xF4\x90\x80\x80",  // above U+10FFFF
           "\xFF",
       }) {
    std::string_view rest = bad;
    CHECK_FALSE(take_utf8(rest).has_value());
    CHECK(rest.size() == bad.size() - 1);
    CHECK_FALSE(is_utf8(bad));
  }
  CHECK(is_utf8(""));
  CHECK(is_utf8("caf\u00E9"));
}
