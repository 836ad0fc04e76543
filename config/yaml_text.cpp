#include <algorithm>
#include <array>

#include <base/ascii.h>
#include <base/text.h>
#include <base/utf8.h>
#include <config/yaml_text.h>

namespace belfry::config {

namespace {

// Some of what YAML allows without quotes: what nobody has to think about.
bool may_stand_bare(std::string_view text) {
  constexpr std::array<std::string_view, 12> taken{"null",  "Null",  "NULL",  "true", "True", "TRUE",
                                                   "false", "False", "FALSE", "yes",  "no",   "none"};
  if (text.empty() || std::ranges::find(taken, text) != taken.end()) return false;
  const std::size_t dashes = std::min(text.find_first_not_of('-'), text.size());
  const bool is_option = (dashes == 1 || dashes == 2) && dashes < text.size() && is_alphanumeric(text[dashes]);
  if (!is_alphanumeric(text.front()) && text.front() != '/' && !is_option) return false;
  if (text.back() == ' ') return false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const bool is_inner_colon =
        text[i] == ':' && i + 1 < text.size() && (is_alphanumeric(text[i + 1]) || text[i + 1] == '/');
    if (!is_alphanumeric(text[i]) && !is_inner_colon && !std::string_view(" /._-+=@~^").contains(text[i])) return false;
  }
  return true;
}

void append_hex(std::string& out, unsigned value) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\x";
  out += digits[value >> 4U & 15U];
  out += digits[value & 15U];
}

// YAML's own controls: C0, DEL, C1.
bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

bool has_controls(std::string_view text) {
  while (!text.empty()) {
    if (is_control(take_utf8(text).value_or(0))) return true;
  }
  return false;
}

std::string in_double_quotes(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::string_view before = text;
    const char32_t c = take_utf8(text).value_or(U'?');
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (is_control(c)) {
      append_hex(out, static_cast<unsigned>(c));
    } else {
      out += before.substr(0, before.size() - text.size());
    }
  }
  return out + "\"";
}

std::string in_single_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + "'";
}

// As a block the lines stand as they are: none of them may begin in a way that would move the block's own margin.
bool may_be_block(std::string_view text) {
  if (!text.ends_with('\n') || text.ends_with("\n\n") || text.starts_with('\n') || text.starts_with(' ')) return false;
  for (const std::string_view line : split(text.substr(0, text.size() - 1), '\n')) {
    if (line.ends_with(' ') || line.contains('\t') || has_controls(line)) return false;
  }
  return true;
}

}  // namespace

std::string yaml_scalar(std::string_view text) {
  if (may_stand_bare(text)) return std::string(text);
  return has_controls(text) ? in_double_quotes(text) : in_single_quotes(text);
}

std::string without_placeholders(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("${param:") || rest.starts_with("${secret:")) out += '$';
    out += text[i];
  }
  return out;
}

std::string yaml_list(std::span<const std::string> texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + yaml_scalar(text);
  return "[" + out + "]";
}

std::string yaml_text(std::string_view text, std::size_t indent) {
  if (!may_be_block(text)) return " " + yaml_scalar(text) + "\n";
  std::string out = " |\n";
  for (const std::string_view line : split(text.substr(0, text.size() - 1), '\n')) {
    out += (line.empty() ? "" : std::string(indent, ' ')) + std::string(line) + "\n";
  }
  return out;
}

std::string yaml_comment(std::string_view text, std::size_t indent) {
  std::string out = std::string(indent, ' ') + "#";
  if (!text.empty()) out += ' ';
  while (!text.empty()) {
    const std::string_view before = text;
    const auto c = take_utf8(text);
    const bool is_shown = c && (!is_control(*c) || *c == '\t');
    out += is_shown ? before.substr(0, before.size() - text.size()) : "?";
  }
  out.erase(out.find_last_not_of(" \t") + 1);
  return out + "\n";
}

}  // namespace belfry::config
