#include <algorithm>
#include <array>
#include <limits>

#include <base/ascii.h>
#include <base/text.h>
#include <config/systemd_words.h>

namespace belfry::config {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t ms;
};
constexpr std::int64_t second = 1'000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;
constexpr std::array units{
    Unit{"ms", 1},
    Unit{"msec", 1},
    Unit{"s", second},
    Unit{"sec", second},
    Unit{"second", second},
    Unit{"seconds", second},
    Unit{"m", minute},
    Unit{"min", minute},
    Unit{"minute", minute},
    Unit{"minutes", minute},
    Unit{"h", hour},
    Unit{"hr", hour},
    Unit{"hour", hour},
    Unit{"hours", hour},
    Unit{"d", day},
    Unit{"day", day},
    Unit{"days", day},
    Unit{"w", 7 * day},
    Unit{"week", 7 * day},
    Unit{"weeks", 7 * day},
    Unit{"M", 2'629'800'000},
    Unit{"month", 2'629'800'000},
    Unit{"months", 2'629'800'000},
    Unit{"y", 31'557'600'000},
    Unit{"year", 31'557'600'000},
    Unit{"years", 31'557'600'000},
    Unit{"", second},
};

bool is_name(char c) { return is_alphanumeric(c) || c == '_'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

// What stands behind a backslash.
char unescaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 's':
      return ' ';
    default:
      return c;
  }
}

// $X as a word of its own; elsewhere in a word systemd only knows ${X}.
bool is_bare_variable(std::string_view word) {
  return word.size() > 1 && word.starts_with('$') && std::ranges::all_of(word.substr(1), is_name);
}

bool names_variable(std::string_view word) {
  if (is_bare_variable(word)) return true;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word.substr(i).starts_with("${")) return true;
    if (word.substr(i).starts_with("$$")) ++i;
  }
  return false;
}

// A word for the shell: quoted so that only ${X} and $X stay what they are.
std::string shell_word(std::string_view word) {
  if (is_bare_variable(word)) return std::string(word);
  const bool is_plain = !word.empty() && std::ranges::all_of(word, [](char c) {
    return is_name(c) || std::string_view("/.-+=:,@%^").contains(c);
  });
  if (is_plain) return std::string(word);
  std::string out = "\"";
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    const bool is_expansion = word.substr(i).starts_with("${");
    if (c == '"' || c == '\\' || c == '`' || (c == '$' && !is_expansion)) out += '\\';
    out += c;
    if (word.substr(i).starts_with("$$")) ++i;
  }
  return out + "\"";
}

}  // namespace

std::optional<Millis> parse_systemd_span(std::string_view text) {
  text = trim(text);
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  while (!text.empty()) {
    const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
    const auto number = parse_unsigned(text.substr(0, digits));
    text.remove_prefix(digits);
    text = trim(text);
    const auto letters = static_cast<std::size_t>(
        std::ranges::find_if_not(text, [](char c) { return is_name(c) && !is_digit(c); }) - text.begin());
    const auto unit = std::ranges::find(units, text.substr(0, letters), &Unit::name);
    text.remove_prefix(letters);
    text = trim(text);
    if (!number || unit == units.end()) return std::nullopt;
    const auto room = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() - total);
    if (*number > room / static_cast<std::uint64_t>(unit->ms)) return std::nullopt;
    total += static_cast<std::int64_t>(*number) * unit->ms;
  }
  return Millis{total};
}

std::optional<std::vector<std::string>> split_systemd_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool has_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      word += unescaped(text[++i]);
      has_word = true;
    } else if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
      has_word = true;
    } else if (is_blank(c) || c == '\n') {
      if (has_word) words.push_back(std::move(word));
      word.clear();
      has_word = false;
    } else {
      word += c;
      has_word = true;
    }
  }
  if (quote != 0) return std::nullopt;
  if (has_word) words.push_back(std::move(word));
  return words;
}

std::optional<SystemdCommand> parse_systemd_command(std::string_view text) {
  SystemdCommand command;
  while (!text.empty() && std::string_view("-@+!:").contains(text.front())) {
    if (text.front() == '-') command.may_fail = true;
    if (text.front() != '-' && text.front() != ':') command.odd_prefix += text.front();
    text.remove_prefix(1);
  }
  auto words = split_systemd_words(text);
  if (!words || words->empty() || words->front().empty()) return std::nullopt;
  command.argv = *std::move(words);
  // `@`: the second word is what the program is to be called.
  if (command.odd_prefix.contains('@') && command.argv.size() > 1) command.argv.erase(command.argv.begin() + 1);
  command.has_variables = std::ranges::any_of(command.argv, names_variable);
  return command;
}

std::vector<std::string> plain_argv(const SystemdCommand& command) {
  std::vector<std::string> argv = command.argv;
  for (std::string& word : argv) {
    for (auto at = word.find("$$"); at != std::string::npos; at = word.find("$$", at + 1)) word.erase(at, 1);
  }
  return argv;
}

std::string shell_text(const SystemdCommand& command) {
  std::string line;
  for (const std::string& word : command.argv) line += (line.empty() ? "" : " ") + shell_word(word);
  return command.may_fail ? line + " || true" : line;
}

std::optional<std::string> fill_in_specifiers(std::string_view text, std::string_view unit) {
  const std::string_view stem = unit.substr(0, unit.rfind('.'));
  const std::string_view prefix = stem.substr(0, stem.find('@'));
  const std::string_view instance = prefix.size() < stem.size() ? stem.substr(prefix.size() + 1) : "";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    switch (++i < text.size() ? text[i] : '\0') {
      case '%':
        out += '%';
        break;
      case 'n':
        out += unit;
        break;
      case 'N':
        out += stem;
        break;
      case 'p':
        out += prefix;
        break;
      case 'i':
      case 'I':
        out += instance;
        break;
      default:
        return std::nullopt;
    }
  }
  return out;
}

}  // namespace belfry::config
