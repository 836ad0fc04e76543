// How many columns text takes on a terminal, and making it fit. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace belfry::cli {

// Letters of East Asia and pictures take two columns, combining marks none. What is not UTF-8, and what would move the
// cursor, counts as the one column of the sign that printable() puts there.
std::size_t display_width(std::string_view text);

// The text with everything that is not meant to be seen (control characters, broken UTF-8) replaced by U+FFFD, so
// that a file name cannot repaint somebody's terminal.
std::string printable(std::string_view text);

// The same for output of many lines: line ends and tabs stay, and so do colours (ESC [ ... m).
std::string without_controls(std::string_view text);

// The text in lines of at most `width` columns, broken where two blanks stand, if it can be.
std::string broken_at_gaps(std::string_view text, std::size_t width);

// The text in lines of at most `width` columns, broken at blanks; all but the first begin with `indent` of them. A word
// that is longer than that stays whole, so that it can be copied.
struct Wrapping {
  std::size_t width;
  std::size_t indent;
};
std::string wrapped(std::string_view text, Wrapping wrapping);

// At most `width` columns of it, with "…" for what was cut.
std::string shortened(std::string_view text, std::size_t width);

}  // namespace belfry::cli
