#include <string>

#include <doctest/doctest.h>

#include <base/pattern.h>

using namespace belfry;

namespace {

// "": it is a pattern.
std::string why_none(const std::string& expression) {
  const auto pattern = Pattern::compile(expression);
  return pattern ? "" : pattern.error().what;
}

bool is_found(const std::string& expression, const std::string& text,
              Pattern::Anchors anchors = Pattern::Anchors::text) {
  return Pattern::compile(expression, anchors).value().is_found_in(text);
}

std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("base/pattern: a part of the text fits, and ^ and $ stand for its ends or for those of its lines") {
  CHECK(is_found("b+", "abba"));
  CHECK_FALSE(is_found("^b+", "abba"));
  CHECK(is_found("^(a|b)+$", "abba"));
  CHECK_FALSE(is_found("^ready$", "state:\nready\n"));
  CHECK(is_found("^ready$", "state:\nready\n", Pattern::Anchors::lines));
}

TEST_CASE("base/pattern: what is no expression is refused in the library's words, and what is no text in ours") {
  for (const char* bad : {"(", "a)|(b", "[a", "*", "x{2,1}"}) {
    CAPTURE(bad);
    CHECK(why_none(bad) != "");
  }
  CHECK(why_none(std::string("a\0b", 3)) == "it contains a NUL");
}

TEST_CASE("base/pattern: back references are refused: whoever sends the text could have a match take hours") {
  CHECK(why_none("(a*)\\1") == "back references such as \\1 are not taken here");
  CHECK(why_none("\\\\1") == "");
  CHECK(why_none("[0-9]\\.") == "");
}

TEST_CASE("base/pattern: F47 a few characters do not unfold to what fills the memory") {
  const std::string too_large = "written out, its repetitions are more than 10000 characters";
  for (const char* bomb : {"a{10001}", "a{5001}{2}", "(a{101}){100}", "((a{1,255}){1,255}){1,255}", "(ab){5000,}",
                           "([a-z]{,9}{99}){99}", "(\\.{1000}){11}", "(]{1000}){11}", "([]a]{1000}){11}"}) {
    CAPTURE(bomb);
    CHECK(why_none(bomb) == too_large);
  }
  CHECK(why_none(repeated("(", 20) + "a" + repeated(")+", 20)) == too_large);
  CHECK(why_none(repeated("(", 100'000)) == "its brackets are nested too deep");
  for (const char* fine : {"a{10000}", "(a{100}){100}", "[{]{5}[{999}]", "\\{99999",
                           "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z]{2,63})*", "((a*)*)*", "[[:alpha:]]{1,100}"}) {
    CAPTURE(fine);
    CHECK(why_none(fine) == "");
  }
}
