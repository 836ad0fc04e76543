#include <algorithm>

#include <base/utf8.h>
#include <config/source.h>

namespace belfry::config {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_printable_ascii(char c) { return c >= 0x20 && c < 0x7F; }
bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

Source::Source(std::string name, std::string_view text) : name_(std::move(name)), text_(text) {
  if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
}

Position Source::position(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const std::size_t begin = line_begin(offset);
  const auto lines = std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
  const std::string_view before = text_.substr(begin, offset - begin);
  const auto continued = std::count_if(before.begin(), before.end(), continues_character);
  return {static_cast<std::size_t>(lines) + 1, before.size() - static_cast<std::size_t>(continued) + 1};
}

std::size_t Source::line_begin(std::size_t offset) const {
  if (offset == 0) return 0;
  const auto newline = text_.rfind('\n', std::min(offset, text_.size()) - 1);
  return newline == std::string_view::npos ? 0 : newline + 1;
}

std::string_view Source::line_around(std::size_t offset) const {
  const std::size_t begin = line_begin(offset);
  std::string_view line = text_.substr(begin, text_.find('\n', begin) - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::optional<BadCharacter> find_bad_character(std::string_view text) {
  std::string_view rest = text;
  for (;;) {
    const auto odd = std::find_if_not(rest.begin(), rest.end(), is_printable_ascii);
    rest.remove_prefix(static_cast<std::size_t>(odd - rest.begin()));
    if (rest.empty()) return std::nullopt;
    const std::size_t offset = text.size() - rest.size();
    const auto c = take_utf8(rest);
    if (!c) return BadCharacter{.offset = offset};
    // A lone carriage return moves the cursor of a terminal and is no line end to yaml-cpp.
    const bool is_layout = *c == '\t' || *c == '\n' || (*c == '\r' && rest.starts_with('\n'));
    const bool is_control = *c < 0x20 || (*c >= 0x7F && *c < 0xA0 && *c != 0x85);
    if (is_control && !is_layout) return BadCharacter{.offset = offset, .control = c};
  }
}

}  // namespace belfry::config
