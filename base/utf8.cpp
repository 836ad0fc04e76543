#include <cstddef>

#include <base/utf8.h>

namespace belfry {

namespace {

struct Lead {
  std::size_t length;  // 0: no lead byte
  char32_t bits;
  char32_t floor;  // below it the form is overlong
};

Lead read_lead(unsigned char byte) {
  if (byte < 0x80U) return {1, byte, 0};
  if ((byte & 0xE0U) == 0xC0U) return {2, byte & 0x1FU, 0x80};
  if ((byte & 0xF0U) == 0xE0U) return {3, byte & 0x0FU, 0x800};
  if ((byte & 0xF8U) == 0xF0U) return {4, byte & 0x07U, 0x10000};
  return {0, 0, 0};
}

bool is_character(char32_t c) { return c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF); }

}  // namespace

std::optional<char32_t> take_utf8(std::string_view& text) {
  const Lead lead = read_lead(static_cast<unsigned char>(text.front()));
  const std::string_view whole = text;
  text.remove_prefix(1);
  if (lead.length == 0 || whole.size() < lead.length) return std::nullopt;
  char32_t c = lead.bits;
  for (std::size_t i = 1; i < lead.length; ++i) {
    const auto byte = static_cast<unsigned char>(whole[i]);
    if ((byte & 0xC0U) != 0x80U) return std::nullopt;
    c = (c << 6U) | (byte & 0x3FU);
  }
  if (c < lead.floor || !is_character(c)) return std::nullopt;
  text.remove_prefix(lead.length - 1);
  return c;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (!take_utf8(text)) return false;
  }
  return true;
}

}  // namespace belfry
