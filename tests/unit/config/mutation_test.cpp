// The example cut off at every byte, and changed at every byte: each time it is refused in words, or has jobs (F42).
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <base/file.h>
#include <config/load.h>

using namespace belfry;
using namespace belfry::config;

namespace {

const bool is_long = std::getenv("BELFRY_LONG") != nullptr;

class Example {
 public:
  explicit Example(const std::string& path) : text_(read_file(path).value()) {}

  const std::string& text() const { return text_; }

  // Never accepted without a job, never refused without a word, and every place that is named is one.
  void check(const std::string& text) {
    const auto loaded = parse_config("f.yaml", text, zones_, {.lint_at = WallTime{}});
    if (loaded) {
      if (loaded->set->jobs.empty()) FAIL_CHECK("accepted without a job:\n" << text);
      return;
    }
    if (loaded.error().empty() || loaded.error().front().what.empty()) FAIL_CHECK("refused without a word:\n" << text);
    for (const Problem& problem : loaded.error()) {
      if (problem.line > text.size() + 1) FAIL_CHECK("line " << problem.line << " of:\n" << text);
    }
    (void)render(loaded.error());
  }

 private:
  std::string text_;
  ZoneCache zones_;
};

// What a slip of the finger, a bad merge or a bad disk leaves behind.
constexpr std::string_view slips("\n \t:-#\"'[]{}*&!|>%@`,\\\0\xFF", 24);

}  // namespace

TEST_CASE("config/mutation: S34 F42 the example cut off at any byte is refused, or has jobs") {
  for (const char* path : {"schedules.yaml", "tests/unit/config/good/every_key.yaml"}) {
    Example example(path);
    for (std::size_t size = 0; size < example.text().size(); ++size) example.check(example.text().substr(0, size));
  }
}

TEST_CASE("config/mutation: S34 F42 the example with any byte changed, in 24 ways, is refused, or has jobs") {
  Example example("tests/unit/config/good/every_key.yaml");
  const std::size_t step = is_long ? 1 : 23;
  for (std::size_t at = 0; at < example.text().size(); at += step) {
    for (const char slip : slips) {
      std::string text = example.text();
      text[at] = slip;
      example.check(text);
    }
  }
}

TEST_CASE("config/mutation: S34 F42 pieces of the example taken out, doubled and swapped at random") {
  Example example("schedules.yaml");
  std::uint64_t state = 20'261'126;
  const auto below = [&](std::size_t bound) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::size_t>(state >> 33U) % bound;
  };
  const std::size_t rounds = is_long ? 24 * example.text().size() : 1'500;
  for (std::size_t round = 0; round < rounds; ++round) {
    std::string text = example.text();
    for (std::size_t change = 0; change <= below(3); ++change) {
      const std::size_t at = below(text.size());
      const std::string piece = text.substr(at, 1 + below(20));
      switch (below(4)) {
        case 0:
          text.erase(at, piece.size());
          break;
        case 1:
          text.insert(at, piece);
          break;
        case 2:
          text.insert(below(text.size()), piece);
          break;
        default:
          text[at] = static_cast<char>(below(256));
      }
    }
    example.check(text);
  }
}
