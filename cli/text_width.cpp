#include <algorithm>
#include <array>
#include <optional>

#include <base/utf8.h>
#include <cli/text_width.h>

namespace belfry::cli {

namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// The blocks that matter in names and descriptions; not every character of Unicode.
constexpr std::array zero_width{
    Range{0x0300, 0x036F}, Range{0x200B, 0x200F}, Range{0x2060, 0x2064},
    Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F}, Range{0xFEFF, 0xFEFF},
};
constexpr std::array double_width{
    Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},   Range{0x3041, 0x4DBF},   Range{0x4E00, 0xA4CF},
    Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},
    Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F6FF}, Range{0x1F900, 0x1F9FF},
    Range{0x20000, 0x3FFFD},
};

template <class Ranges>
bool is_in(const Ranges& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(), [c](Range range) { return c >= range.first && c <= range.last; });
}

bool is_control(char32_t c) {
  const bool overrides_direction = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || overrides_direction;
}

// Letters, digits and the like, as most texts are: one column each, nothing to mend.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7F; });
}

std::size_t width_of(std::optional<char32_t> c) {
  if (!c || is_control(*c)) return 1;
  if (is_in(zero_width, *c)) return 0;
  return is_in(double_width, *c) ? 2 : 1;
}

constexpr std::string_view replacement = "\xEF\xBF\xBD";

}  // namespace

std::size_t display_width(std::string_view text) {
  if (is_plain(text)) return text.size();
  std::size_t width = 0;
  while (!text.empty()) width += width_of(take_utf8(text));
  return width;
}

std::string printable(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const std::string_view before = text;
    const auto c = take_utf8(text);
    out += c && !is_control(*c) ? before.substr(0, before.size() - text.size()) : replacement;
  }
  return out;
}

namespace {

// The length of a colour at the beginning of the text: ESC [, digits and semicolons, m. 0: there is none.
std::size_t colour_length(std::string_view text) {
  if (!text.starts_with("\033[")) return 0;
  const auto end = text.find_first_not_of("0123456789;", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

}  // namespace

std::string without_controls(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t length = text[0] == '\n' || text[0] == '\t' ? 1 : colour_length(text);
    if (length == 0) {
      const auto end = text.find_first_of("\n\t\033", 1);
      length = end == std::string_view::npos ? text.size() : end;
      out += printable(text.substr(0, length));
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string broken_at_gaps(std::string_view text, std::size_t width) {
  std::string out;
  std::size_t used = 0;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find("  "));
    text.remove_prefix(std::min(text.size(), part.size() + 2));
    const std::size_t part_width = display_width(part);
    if (!out.empty()) {
      const bool fits = used + 2 + part_width <= width;
      out += fits ? "  " : "\n";
      used = fits ? used + 2 : 0;
    }
    out += part;
    used += part_width;
  }
  return out;
}

std::string wrapped(std::string_view text, Wrapping wrapping) {
  std::string out;
  std::size_t used = 0;
  bool has_words = false;  // in this line
  while (!text.empty()) {
    const std::size_t blanks = std::min(text.find_first_not_of(' '), text.size());
    const std::string_view word = text.substr(blanks, text.find(' ', blanks) - blanks);
    text.remove_prefix(blanks + word.size());
    const std::size_t wanted = blanks + display_width(word);
    if (has_words && (used > wrapping.width || wanted > wrapping.width - used)) {
      out += "\n" + std::string(wrapping.indent, ' ');
      used = wrapping.indent + wanted - blanks;
    } else {
      out.append(blanks, ' ');
      used += wanted;
    }
    out += word;
    has_words = true;
  }
  return out;
}

std::string shortened(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return "";
  std::string_view rest = text;
  std::size_t used = 0;
  std::size_t kept = 0;
  for (;;) {
    used += width_of(take_utf8(rest));
    if (used > width - 1) return std::string(text.substr(0, kept)) + "…";
    kept = text.size() - rest.size();
  }
}

}  // namespace belfry::cli
