// Extended regular expressions, as `grep -E` has them. Behind them stands the C library's <regex.h>, and pattern.cpp is
// the only file that names it.
//
// Whoever writes a pattern must not be able to take the daemon along, so some are refused that the library would take:
// those that it would need the machine's memory for, and back references, with which a match takes time without end.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <belfry/error.h>

namespace belfry {

class Pattern {
 public:
  // How many characters a pattern stands for when its repetitions are written out, which is how the library keeps them:
  // `(a{9}){9}` stands for 81.
  static constexpr std::size_t characters_max = 10'000;
  static constexpr std::size_t depth_max = 100;  // of brackets in brackets

  // What ^ and $ stand for: the ends of the text, or those of each of its lines.
  enum class Anchors { text, lines };

  // bad_input: what is wrong with it, in a few words.
  static Result<Pattern> compile(const std::string& expression, Anchors anchors = Anchors::text);
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  // Whether a part of the text fits, up to the first NUL in it.
  bool is_found_in(const std::string& text) const;

 private:
  struct Compiled;
  explicit Pattern(std::unique_ptr<Compiled> compiled);

  std::unique_ptr<Compiled> compiled_;
};

}  // namespace belfry
