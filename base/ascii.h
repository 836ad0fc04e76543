// Letters and digits of ASCII, whatever the locale says. Pure.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace belfry {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_alphanumeric(char c) { return is_letter(c) || is_digit(c); }

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

inline std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

inline std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = upper(c);
  return out;
}

// Nothing but digits, and at least one.
constexpr bool are_digits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

// [A-Za-z_][A-Za-z0-9_]*: what shells take for the name of a variable.
constexpr bool is_variable_name(std::string_view text) {
  const auto fits = [](char c) { return is_alphanumeric(c) || c == '_'; };
  return !text.empty() && !is_digit(text.front()) && std::ranges::all_of(text, fits);
}

}  // namespace belfry
