#include <algorithm>
#include <array>

#include <base/text.h>
#include <config/types.h>

namespace belfry::config {

namespace {

// A scalar as it is written. A NUL, which "\0" makes, would cut the text where it meets the operating system.
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

bool is_variable_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && !is_digit(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

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

// One of a few words, by its index.
std::optional<std::size_t> read_word(Reader& reader, Node node, std::span<const std::string_view> known,
                                     std::string_view expected) {
  const auto text = read_text(reader, node, expected);
  if (!text) return std::nullopt;
  const auto word = std::find(known.begin(), known.end(), *text);
  if (word != known.end()) return static_cast<std::size_t>(word - known.begin());
  const auto near = nearest(*text, known);
  reader.wrong_type(node, expected, near ? "did you mean " + quote(*near) + "?" : "");
  return std::nullopt;
}

}  // namespace

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

std::optional<Millis> Type<Millis>::read(Reader& reader, Node node) {
  const auto text = read_text(reader, node, words);
  if (!text) return std::nullopt;
  const auto duration = parse_duration(*text);
  if (!duration) reader.error(node, duration.error().what);
  return duration ? std::optional(*duration) : std::nullopt;
}

std::optional<SkippedTime> Type<SkippedTime>::read(Reader& reader, Node node) {
  constexpr std::array<std::string_view, 3> known{"run", "shift", "skip"};
  constexpr std::array values{SkippedTime::run, SkippedTime::shift, SkippedTime::skip};
  const auto index = read_word(reader, node, known, words);
  return index ? std::optional(values[*index]) : std::nullopt;
}

std::optional<RepeatedTime> Type<RepeatedTime>::read(Reader& reader, Node node) {
  constexpr std::array<std::string_view, 3> known{"first", "last", "both"};
  constexpr std::array values{RepeatedTime::first, RepeatedTime::last, RepeatedTime::both};
  const auto index = read_word(reader, node, known, words);
  return index ? std::optional(values[*index]) : std::nullopt;
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

std::optional<std::vector<std::string>> Type<std::vector<std::string>>::read(Reader& reader, Node node) {
  const auto marked = Type<std::vector<MarkedText>>::read(reader, node);
  if (!marked) return std::nullopt;
  std::vector<std::string> out;
  for (const MarkedText& text : *marked) out.emplace_back(text.text);
  return out;
}

std::optional<std::vector<EnvironmentVariable>> Type<std::vector<EnvironmentVariable>>::read(Reader& reader,
                                                                                             Node node) {
  if (node.kind() != Kind::map) {
    reader.wrong_type(node, words, "write  { NAME: value }  or NAME: value on lines of their own");
    return std::nullopt;
  }
  std::vector<EnvironmentVariable> out;
  for (const Entry& entry : node.entries()) {
    const std::string_view name = entry.key.text();
    reader.set_key(name, "the variable");
    if (!is_variable_name(name)) {
      reader.error(entry.key, quote(name) + " cannot be the name of an environment variable",
                   "use letters, digits and _, and begin with no digit");
    }
    if (auto value = Type<std::string>::read(reader, entry.value))
      out.push_back({std::string(name), std::move(*value)});
  }
  return out;
}

std::optional<Script> Type<Script>::read(Reader& reader, Node node) {
  if (node.kind() == Kind::list) {
    reader.wrong_type(node, words, "a list of arguments goes behind 'command'");
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

std::optional<Script::Shell> Type<Script::Shell>::read(Reader& reader, Node node) {
  constexpr std::array<std::string_view, 2> known{"sh", "bash"};
  constexpr std::array shells{Script::Shell::sh, Script::Shell::bash};
  const auto index = read_word(reader, node, known, words);
  if (!index) return std::nullopt;
  return shells[*index];
}

}  // namespace belfry::config
