#include <optional>

#include <api/target.h>
#include <base/ascii.h>
#include <base/text.h>
#include <base/try.h>

namespace belfry::api {

namespace {

enum class Plus { is_plus, is_space };  // in a query, forms write a space as '+'

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

Result<std::string> percent_decode(std::string_view text, Plus plus) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus == Plus::is_space) c = ' ';
    if (c == '%') {
      const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
      const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
      if (!high || !low) return std::unexpected(Error::bad_input("'%' must be followed by two hexadecimal digits"));
      c = static_cast<char>(*high * 16 + *low);
      i += 2;
    }
    if (c == '\0') return std::unexpected(Error::bad_input("the target of the request holds a zero byte"));
    out += c;
  }
  return out;
}

bool is_unreserved(char c) { return is_alphanumeric(c) || std::string_view("-._~").contains(c); }

Result<std::vector<Parameter>> parse_query(std::string_view text) {
  std::vector<Parameter> query;
  for (const std::string_view part : split(text, '&')) {
    if (part.empty()) continue;
    const auto equals = part.find('=');
    const std::string_view value = equals == std::string_view::npos ? "" : part.substr(equals + 1);
    std::string name = TRY(percent_decode(part.substr(0, equals), Plus::is_space));
    std::string decoded = TRY(percent_decode(value, Plus::is_space));
    query.push_back({.name = std::move(name), .value = std::move(decoded)});
  }
  return query;
}

}  // namespace

Result<Target> parse_target(std::string_view text) {
  const auto question = text.find('?');
  const std::string_view path = text.substr(0, question);
  if (!path.starts_with('/')) {
    return std::unexpected(Error::bad_input("the target of the request must be a path that begins with '/'"));
  }
  Target target;
  for (const std::string_view segment : split(path.substr(1), '/')) {
    target.path.push_back(TRY(percent_decode(segment, Plus::is_plus)));
  }
  if (question != std::string_view::npos) target.query = TRY(parse_query(text.substr(question + 1)));
  return target;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', digits[byte / 16U], digits[byte % 16U]};
  }
  return out;
}

}  // namespace belfry::api
