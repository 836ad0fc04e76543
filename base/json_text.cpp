#include <base/json_text.h>
#include <base/utf8.h>

namespace belfry {

namespace {

constexpr std::string_view digits = "0123456789abcdef";

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

// Some readers take the last two for line ends.
bool needs_escape(char32_t c) { return is_control(c) || c == '"' || c == '\\' || c == 0x2028 || c == 0x2029; }

std::string escape(char32_t c) {
  if (c == '"' || c == '\\') return {'\\', static_cast<char>(c)};
  if (c == '\n') return "\\n";
  if (c == '\t') return "\\t";
  std::string hex = "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) hex += digits[(c >> static_cast<unsigned>(shift)) & 15U];
  return hex;
}

}  // namespace

std::string json_quote(std::string_view text) {
  std::string quoted = "\"";
  while (!text.empty()) {
    const std::string_view before = text;
    const auto c = take_utf8(text);
    if (!c) {
      quoted += "\\ufffd";
    } else if (needs_escape(*c)) {
      quoted += escape(*c);
    } else {
      quoted += before.substr(0, before.size() - text.size());
    }
  }
  return quoted + "\"";
}

std::string visible(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::string_view before = text;
    const auto c = take_utf8(text);
    if (c && is_control(*c) && *c != '\n' && *c != '\t') {
      shown += std::string("\\x") + digits[(*c >> 4U) & 15U] + digits[*c & 15U];
    } else {
      shown += before.substr(0, before.size() - text.size());
    }
  }
  return shown;
}

}  // namespace belfry
