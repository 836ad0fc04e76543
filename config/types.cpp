#include <algorithm>
#include <array>
#include <charconv>

#include <base/ascii.h>
#include <base/text.h>
#include <config/types.h>
#include <triggers/dialects.h>

namespace belfry::config {

namespace {

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::optional<bool> plain_bool(Node node) {
  if (!node.is_plain()) return std::nullopt;
  if (node.text() == "true") return true;
  if (node.text() == "false") return false;
  return std::nullopt;
}

// What somebody means who writes YAML 1.1's many words, or puts the right one in quotes.
std::string hint_for_bool(Node node) {
  constexpr std::array<std::string_view, 10> yes{"yes", "Yes", "YES", "on", "On", "ON", "y", "True", "TRUE", "true"};
  constexpr std::array<std::string_view, 10> no{"no", "No", "NO", "off", "Off", "OFF", "n", "False", "FALSE", "false"};
  if (node.kind() != Kind::scalar) return "";
  if (is_one_of(node.text(), yes)) return "write  true";
  if (is_one_of(node.text(), no)) return "write  false";
  return "";
}

// What to write instead of a short text; nothing comes to mind for a long one.
std::string suggestion(std::string_view before, std::string_view text, std::string_view after) {
  if (text.size() > 60 || text.contains('\n')) return "";
  return "write  " + std::string(before) + std::string(text) + std::string(after);
}

std::string hint_for_duration(std::string_view text) {
  if (parse_unsigned(text)) return "write  " + std::string(text) + "s  if seconds are meant";
  const auto ours = duration_in_our_form(text);
  return ours ? "write  " + *ours : "";
}

std::string in_digits(std::string_view text) {
  const auto begin = text.find_first_not_of('0');
  return begin == std::string_view::npos ? "0" : std::string(text.substr(begin));
}

std::string hint_for_number(Node node) {
  if (node.kind() != Kind::scalar) return "";
  if (!node.is_plain() && are_digits(node.text())) return "write it without quotes";
  if (are_digits(node.text()) && in_digits(node.text()) != node.text()) return "write  " + in_digits(node.text());
  return "";
}

// 150% is one and a half.
std::string hint_for_percent(Node node) {
  if (node.kind() != Kind::scalar || !node.text().ends_with('%')) return "";
  const auto percent = parse_unsigned(node.text().substr(0, node.text().size() - 1));
  if (!percent || *percent > 1'000'000) return "";
  return "write  " + std::to_string(*percent / 100) + "." + std::to_string(*percent % 100 + 100).substr(1);
}

std::string words_for(Range range) {
  const bool has_min = range.min != Range{}.min;
  const bool has_max = range.max != Range{}.max;
  std::string words(Type<std::int64_t>::words);
  if (has_min && has_max) return words + " from " + std::to_string(range.min) + " to " + std::to_string(range.max);
  return has_min ? words + ", " + std::to_string(range.min) + " or more" : words;
}

std::optional<std::int64_t> plain_number(Node node) {
  if (!node.is_plain()) return std::nullopt;
  const bool is_negative = node.text().starts_with('-');
  const std::string_view digits = node.text().substr(is_negative ? 1 : 0);
  if (digits.size() > 1 && digits.starts_with('0')) return std::nullopt;  // octal to one reader, decimal to the next
  const auto value = parse_unsigned(digits);
  if (!value || *value > static_cast<std::uint64_t>(Range{}.max)) return std::nullopt;
  return is_negative ? -static_cast<std::int64_t>(*value) : static_cast<std::int64_t>(*value);
}

}  // namespace

std::optional<std::string_view> read_text(Reader& reader, Node node, std::string_view expected) {
  if (node.kind() != Kind::scalar) {
    reader.wrong_type(node, expected);
    return std::nullopt;
  }
  if (is_broken(node)) return std::nullopt;
  if (const auto nul = node.text().find('\0'); nul != std::string_view::npos) {
    reader.error_inside(node, nul, reader.value_name() + " contains a NUL character", "remove the \\0");
    return std::nullopt;
  }
  return node.text();
}

std::optional<MarkedText> Type<MarkedText>::read(Reader& reader, Node node) {
  const auto text = read_text(reader, node, words);
  if (!text) return std::nullopt;
  return MarkedText{*text, node};
}

std::optional<std::string> Type<std::string>::read(Reader& reader, Node node) {
  const auto text = read_text(reader, node, words);
  if (!text) return std::nullopt;
  return std::string(*text);
}

std::optional<bool> Type<bool>::read(Reader& reader, Node node) {
  const auto value = plain_bool(node);
  if (!value) reader.wrong_type(node, words, hint_for_bool(node));
  return value;
}

std::optional<FormatVersion> Type<FormatVersion>::read(Reader& reader, Node node) {
  if (node.is_plain() && node.text() == words) return FormatVersion{};
  reader.wrong_type(node, words, "it is the version of this format, and there is only the first");
  return std::nullopt;
}

std::optional<Path> Type<Path>::read(Reader& reader, Node node) {
  const auto text = read_text(reader, node, words);
  if (!text) return std::nullopt;
  if (!text->starts_with('/')) {
    reader.wrong_type(node, words, "begin it with a /");
    return std::nullopt;
  }
  return Path{std::string(*text)};
}

std::optional<Millis> Type<Millis>::read(Reader& reader, Node node, Range range) {
  const auto text = read_text(reader, node, words);
  if (!text) return std::nullopt;
  const auto duration = parse_duration(*text);
  if (!duration) {
    reader.error(node, duration.error().what, hint_for_duration(*text));
    return std::nullopt;
  }
  if (duration->count() >= range.min && duration->count() <= range.max) return *duration;
  const bool is_low = duration->count() < range.min;
  reader.error(node, reader.value_name() + " must be " + (is_low ? "at least " : "at most ") +
                         format_duration(Millis{is_low ? range.min : range.max}) + ", not " + quote(*text));
  return std::nullopt;
}

std::optional<std::int64_t> Type<std::int64_t>::read(Reader& reader, Node node, Range range) {
  const auto value = plain_number(node);
  if (value && *value >= range.min && *value <= range.max) return value;
  reader.wrong_type(node, words_for(range), hint_for_number(node));
  return std::nullopt;
}

std::optional<double> Type<double>::read(Reader& reader, Node node, Range range) {
  const bool is_decimal = node.is_plain() && node.text().find_first_not_of("0123456789.") == std::string_view::npos;
  if (is_decimal) {
    double value = 0;
    const char* const end = node.text().data() + node.text().size();
    const auto [stop, error] = std::from_chars(node.text().data(), end, value);
    const bool is_whole_text = error == std::errc{} && stop == end && !node.text().ends_with('.');
    if (is_whole_text && value > 0 && value >= static_cast<double>(range.min) &&
        value <= static_cast<double>(range.max)) {
      return value;
    }
  }
  reader.wrong_type(node,
                    std::string(words) + " from " + std::to_string(range.min) + " to " + std::to_string(range.max),
                    hint_for_percent(node));
  return std::nullopt;
}

std::optional<std::vector<MarkedText>> Type<std::vector<MarkedText>>::read(Reader& reader, Node node) {
  if (node.kind() != Kind::list) {
    reader.wrong_type(node, words, node.kind() == Kind::scalar ? suggestion("[", node.text(), "]") : "");
    return std::nullopt;
  }
  std::vector<MarkedText> out;
  reader.set_part("an entry of");
  for (const Node item : node.items()) {
    if (const auto text = Type<MarkedText>::read(reader, item)) out.push_back(*text);
  }
  return out;
}

std::optional<JobReferences> Type<JobReferences>::read(Reader& reader, Node node) {
  if (node.kind() == Kind::list && !node.items().empty()) {
    auto names = Type<std::vector<MarkedText>>::read(reader, node);
    return names && !names->empty() ? std::optional(JobReferences{std::move(*names)}) : std::nullopt;
  }
  if (node.kind() != Kind::scalar) {
    reader.wrong_type(node, words);
    return std::nullopt;
  }
  const auto name = Type<MarkedText>::read(reader, node);
  return name ? std::optional(JobReferences{{*name}}) : std::nullopt;
}

std::optional<std::vector<std::string>> Type<std::vector<std::string>>::read(Reader& reader, Node node) {
  const auto marked = Type<std::vector<MarkedText>>::read(reader, node);
  if (!marked) return std::nullopt;
  std::vector<std::string> out;
  for (const MarkedText& text : *marked) out.emplace_back(text.text);
  return out;
}

void Type<std::vector<EnvironmentVariable>>::merge(Reader& reader, Node node,
                                                   std::vector<EnvironmentVariable>& variables) {
  if (node.kind() != Kind::map) {
    reader.wrong_type(node, words, "write  { NAME: value }  or NAME: value on lines of their own");
    return;
  }
  const auto inherited = static_cast<std::ptrdiff_t>(variables.size());
  for (const Entry& entry : node.entries()) {
    const std::string_view name = entry.key.text();
    reader.set_key(name, "the variable");
    if (!is_variable_name(name)) {
      reader.error(entry.key, quote(name) + " cannot be the name of an environment variable",
                   "use letters, digits and _, and begin with no digit");
    }
    auto value = Type<std::string>::read(reader, entry.value);
    if (!value) continue;
    const auto end = variables.begin() + inherited;
    const auto before = std::find_if(variables.begin(), end, [&](const auto& v) { return v.name == name; });
    if (before == end) {
      variables.push_back({std::string(name), std::move(*value)});
    } else {
      before->value = std::move(*value);
    }
  }
}

std::optional<Script> Type<Script>::read(Reader& reader, Node node) {
  if (node.kind() == Kind::list) {
    reader.wrong_type(node, words, "a list of arguments goes behind 'command'");
    return std::nullopt;
  }
  if (node.kind() == Kind::map) {
    reader.wrong_type(node, words, "put a script that begins with { in quotes, or behind a | on lines of its own");
    return std::nullopt;
  }
  const auto text = read_text(reader, node, words);
  if (!text) return std::nullopt;
  if (text->find_first_not_of(" \t\r\n") == std::string_view::npos) {
    reader.error(node, reader.value_name() + " is empty: there is nothing to run",
                 "write  run: true  for a job that does nothing");
    return std::nullopt;
  }
  return Script{.text = std::string(*text)};
}

std::optional<Command> Type<Command>::read(Reader& reader, Node node) {
  if (node.kind() == Kind::scalar) {
    reader.wrong_type(node, words, suggestion("run: ", node.text(), "  to have a shell split it"));
    return std::nullopt;
  }
  auto argv = Type<std::vector<std::string>>::read(reader, node);
  if (!argv) return std::nullopt;
  reader.set_part({});
  const auto items = node.items();
  if (items.empty() || (items.front().kind() == Kind::scalar && items.front().text().empty())) {
    reader.error(items.empty() ? node : items.front(), reader.value_name() + " names no program",
                 "write  [program, argument, ...]");
    return std::nullopt;
  }
  return Command{std::move(*argv)};
}

std::optional<std::shared_ptr<const Zone>> Type<std::shared_ptr<const Zone>>::read(Reader& reader, Node node) {
  const auto text = read_text(reader, node, words);
  if (!text) return std::nullopt;
  auto zone = reader.zones().find(*text);
  if (zone) return std::move(*zone);
  reader.error(node, zone.error().what);
  return std::nullopt;
}

}  // namespace belfry::config
