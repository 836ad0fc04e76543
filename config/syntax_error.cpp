#include <algorithm>
#include <string_view>
#include <utility>

#include <base/text.h>
#include <config/problem.h>
#include <config/syntax_error.h>

namespace belfry::config {

namespace {

constexpr std::string_view blanks = " \t";
constexpr std::size_t hint_value_max = 60;  // a longer value is not repeated in the hint

// A line, and a place in it. Offsets are into the line.
struct Line {
  std::string_view text;
  std::size_t begin = 0;  // in the source
  std::size_t at = 0;

  std::size_t indentation() const { return std::min(text.find_first_not_of(blanks), text.size()); }
  std::string_view content() const { return trim(text); }
};

Line line_at(const Source& source, std::size_t offset) {
  const std::size_t begin = source.line_begin(offset);
  const std::string_view text = source.line_around(offset);
  return {text, begin, std::min(offset - begin, text.size())};
}

// The next line above that says something.
std::optional<Line> line_above(const Source& source, Line line) {
  while (line.begin > 0) {
    line = line_at(source, line.begin - 1);
    if (!line.content().empty() && !line.content().starts_with('#')) return line;
  }
  return std::nullopt;
}

// Whether a value may begin here: at a line's beginning, behind `key: `, behind `- `, behind a bracket or comma.
bool begins_value(std::string_view text, std::size_t at) {
  const std::size_t before = text.substr(0, at).find_last_not_of(blanks);
  if (before == std::string_view::npos) return true;
  const char c = text[before];
  return std::string_view("[{,\n").contains(c) || ((c == ':' || c == '-') && before + 1 < at);
}

enum class Within { lines, brackets };

// Where the value that begins at `begin` ends: before a comment, and within brackets before what separates.
std::size_t value_end(std::string_view line, std::size_t begin, Within within) {
  std::size_t end = begin;
  for (; end < line.size(); ++end) {
    const std::string_view rest = line.substr(end);
    if (rest.starts_with(" #")) break;
    if (within == Within::brackets && (rest.starts_with(", ") || rest.front() == ']' || rest.front() == '}')) break;
  }
  while (end > begin && blanks.contains(line[end - 1])) --end;
  return end;
}

// `key: "value"`, as the person should write it. Single quotes where the value has double ones.
std::string quoted_entry(std::string_view line, std::size_t begin, std::size_t end) {
  const std::string_view value = line.substr(begin, end - begin);
  if (value.size() > hint_value_max) return "put the value in quotes";
  const bool has_double = value.contains('"') || value.contains('\\');
  if (has_double && value.contains('\'')) return "put the value in quotes, or below a | on lines of its own";
  std::string_view key = trim(line.substr(0, begin));
  if (const auto start = key.find_last_of(" {[,"); start != std::string_view::npos) key.remove_prefix(start + 1);
  const char mark = has_double ? '\'' : '"';
  return "write  " + std::string(key) + (key.empty() ? "" : " ") + mark + std::string(value) + mark;
}

class Explainer {
 public:
  Explainer(const Source& source, const SyntaxError& error)
      : source_(source), error_(error), line_(line_at(source, error.at)) {}

  Explanation explain() const {
    if (const auto tab = line_.text.substr(0, line_.indentation()).find('\t'); tab != std::string_view::npos) {
      return at(tab, "a tab in the indentation", "indent with spaces: YAML does not say how wide a tab is");
    }
    switch (error_.stuck) {
      case Stuck::alias:
      case Stuck::anchor:
      case Stuck::character:
        return about_first_character();
      case Stuck::colon:
        return about_colon();
      case Stuck::map_end:
      case Stuck::list_end:
        return about_end();
      case Stuck::bracket_end:
        return about_open_bracket();
      case Stuck::closing_bracket:
        return here("this bracket closes nothing", "remove it, or put the text in quotes");
      case Stuck::list_item:
        return here("a list cannot begin behind its key", "put each '- item' on a line of its own, or write [a, b]");
      case Stuck::question_mark:
        return here("a value cannot begin with '? '", "put it in quotes");
      case Stuck::open_quote:
        return never_closed(open_quote());
      case Stuck::escape:
        return here("this is no escape sequence of double quotes", "use single quotes, in which \\ is just a \\");
      case Stuck::block_header:
        return here("nothing may follow | and > on their line", "begin the text on the next line, further indented");
      case Stuck::tab:
      case Stuck::elsewhere:
        break;
    }
    return here("this is not YAML: " + error_.message, "");
  }

 private:
  Explanation at(std::size_t in_line, std::string what, std::string hint) const {
    return {.at = line_.begin + in_line, .what = std::move(what), .hint = std::move(hint)};
  }
  Explanation here(std::string what, std::string hint) const { return at(line_.at, std::move(what), std::move(hint)); }

  // A value that must be in quotes, and can be replaced by a stand-in.
  Explanation unquoted(std::size_t begin, std::size_t marked, std::string what) const {
    const std::size_t end = value_end(line_.text, begin, within());
    Explanation out = at(marked, std::move(what), quoted_entry(line_.text, begin, end));
    if (marked < end) out.unquoted = Extent{line_.begin + begin, line_.begin + end};
    return out;
  }

  Within within() const {
    if (!error_.open_at || *error_.open_at >= source_.text().size()) return Within::lines;
    const char c = source_.text()[*error_.open_at];
    return c == '[' || c == '{' ? Within::brackets : Within::lines;
  }

  // The last of these characters, up to the place of the error, with which a value begins.
  std::optional<std::size_t> value_beginning_with(std::string_view characters) const {
    for (std::size_t i = std::min(line_.at + 1, line_.text.size()); i-- > 0;) {
      if (characters.contains(line_.text[i]) && begins_value(line_.text, i)) return i;
    }
    return std::nullopt;
  }

  // The first quote behind the newest scalar with which a value can begin.
  std::size_t open_quote() const {
    const std::string_view text = source_.text();
    for (std::size_t i = error_.last_scalar.value_or(0) + 1; i < text.size(); ++i) {
      if ((text[i] == '"' || text[i] == '\'') && begins_value(text, i)) return i;
    }
    return error_.at;
  }

  Explanation about_first_character() const {
    const auto begin = value_beginning_with("*&@`%|>");
    if (!begin) return here("this character has a meaning in YAML, but not here", "put the whole text in quotes");
    const char c = line_.text[*begin];
    const char next = *begin + 1 < line_.text.size() ? line_.text[*begin + 1] : ' ';
    if (c == '*' && std::string_view(" /,-").contains(next)) {
      return unquoted(*begin, *begin,
                      "the cron expression must be in quotes: a leading * means something else in YAML");
    }
    if (c == '*') {
      const std::size_t end = value_end(line_.text, *begin, within());
      const std::string_view name = line_.text.substr(*begin + 1, end - *begin - 1);
      return at(*begin, "there is no anchor named " + quote(name) + " above this alias",
                quoted_entry(line_.text, *begin, end) + "  if it is a text");
    }
    return unquoted(*begin, *begin, std::string("a value that begins with ") + c + " must be in quotes");
  }

  // A colon in the wrong place: in the middle of a text, behind a line that lacks its own, or of a line that is
  // indented as if it were part of the value above.
  Explanation about_colon() const {
    const std::size_t before = line_.at == 0 ? std::string_view::npos : line_.text.rfind(": ", line_.at - 1);
    if (before != std::string_view::npos) {
      const std::size_t begin = line_.text.find_first_not_of(blanks, before + 1);
      return unquoted(begin, line_.at, "a text that contains ': ' must be in quotes");
    }
    const auto above = line_above(source_, line_);
    if (above && above->indentation() == line_.indentation() && !has_key(above->content())) return lacks_colon(*above);
    return at(line_.indentation(), "this line is indented as if it were a part of the value above",
              "begin it in the column of the key that it stands beside");
  }

  static bool has_key(std::string_view line) { return line.contains(": ") || line.ends_with(':'); }

  static Explanation lacks_colon(const Line& line) {
    Explanation out{.at = line.begin + line.indentation()};
    std::string corrected(line.content());
    const std::size_t colon = corrected.find(':');
    if (colon == std::string::npos) {
      out.what = "this line has no ':' between a key and a value";
      corrected += ": value";
    } else {
      out.what = "a space must follow the ':' of a key";
      corrected.insert(colon + 1, " ");
    }
    out.hint = "write  " + (corrected.size() <= hint_value_max ? corrected : "key: value");
    return out;
  }

  Explanation about_end() const {
    if (line_.at <= line_.indentation()) {
      if (is_dash_without_space()) return here("a list item is a '-' and a space", "write  - item");
      return here("the indentation of this line matches nothing above it",
                  "begin it in the column of the lines that it belongs to");
    }
    if (line_.text[line_.at - (line_.at == line_.text.size() ? 1 : 0)] == ',') {
      return here("a value cannot begin with a comma", "put it in quotes");
    }
    const auto opened = error_.last_scalar ? source_.position(*error_.last_scalar).line : 0;
    const auto closed = source_.position(error_.at).line;
    if (opened != 0 && opened != closed) {
      return here("text behind the closing quote of the text that begins on line " + std::to_string(opened),
                  "is the quote on line " + std::to_string(opened) + " meant to be closed there?");
    }
    if (const auto begin = bracket_that_begins_text()) {
      return unquoted(*begin, *begin,
                      std::string("a text that begins with ") + line_.text[*begin] + " must be in quotes");
    }
    return here("text behind a closing quote", "a quote inside of single quotes is written twice: 'it''s'");
  }

  // `run: [ -f x ] && y`: the bracket before the text that is too much.
  std::optional<std::size_t> bracket_that_begins_text() const {
    const std::size_t before = line_.text.substr(0, line_.at).find_last_not_of(blanks);
    if (before == std::string_view::npos || !std::string_view("]}").contains(line_.text[before])) return std::nullopt;
    for (std::size_t i = 0; i < before; ++i) {
      if (std::string_view("[{").contains(line_.text[i]) && begins_value(line_.text, i)) return i;
    }
    return std::nullopt;
  }

  bool is_dash_without_space() const {
    const std::string_view content = line_.content();
    return content.size() > 1 && content.front() == '-' && !blanks.contains(content[1]) && !content.starts_with("---");
  }

  Explanation about_open_bracket() const {
    if (within() == Within::lines) return here("this is not YAML: " + error_.message, "");
    const char open = source_.text()[*error_.open_at];
    const std::string close = open == '[' ? "]" : "}";
    const std::size_t line = source_.position(error_.at).line;
    if (source_.position(*error_.open_at).line == line) {
      if (line_.text.substr(line_.at).starts_with(':')) return about_colon();
      if (const auto placeholder = placeholder_here(); !placeholder.empty()) {
        return at(line_.at - 1, "between { and } a text with ${ } must be in quotes",
                  "write  \"" + std::string(placeholder) + "\"");
      }
      return here("a comma or a " + close + " is missing here", "put a comma between the entries");
    }
    return {
        .at = *error_.open_at,
        .what = std::string("this ") + open + " is not closed by a " + close + " before line " + std::to_string(line),
        .hint = "close it, and put a comma between its entries"};
  }

  // `${secret:x}`, whose inner bracket is where the parser got stuck.
  std::string_view placeholder_here() const {
    const bool is_one = line_.at > 0 && line_.text.substr(line_.at - 1).starts_with("${");
    const std::size_t end = line_.text.find('}', line_.at);
    if (!is_one || end == std::string_view::npos) return {};
    return line_.text.substr(line_.at - 1, end + 2 - line_.at);
  }

  const Source& source_;
  const SyntaxError& error_;
  Line line_;
};

}  // namespace

Explanation never_closed(std::size_t at) {
  return {.at = at, .what = "this quote is never closed", .hint = "end the text with the same quote"};
}

Explanation explain(const Source& source, const SyntaxError& error) { return Explainer(source, error).explain(); }

}  // namespace belfry::config
