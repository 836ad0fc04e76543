#include <algorithm>
#include <tuple>

#include <config/problem.h>

namespace belfry::config {

namespace {

constexpr std::size_t excerpt_max = 110;  // bytes; with the gutter it fits a usual terminal
constexpr std::size_t quote_max = 60;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

std::size_t characters(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::count_if(text.begin(), text.end(), continues_character));
}

// At most `size` bytes of the text from `begin` on, without cutting a character in two.
std::string_view cut(std::string_view text, std::size_t begin, std::size_t size) {
  while (begin < text.size() && continues_character(text[begin])) ++begin;
  std::size_t end = std::min(text.size(), begin + size);
  while (end > begin && end < text.size() && continues_character(text[end])) --end;
  return text.substr(begin, end - begin);
}

struct Excerpt {
  std::string text;
  std::size_t caret = 0;
};

Excerpt excerpt_of(const Source& source, std::size_t offset) {
  const std::string_view line = source.line_around(offset);
  const std::size_t at = std::min(offset - source.line_begin(offset), line.size());
  // A line that fits is shown whole; of a longer one, the place that is meant and some of what stands before it.
  const std::size_t begin = line.size() <= excerpt_max || at < excerpt_max * 2 / 3 ? 0 : at - excerpt_max / 2;
  const std::string_view shown = cut(line, begin, excerpt_max);
  const auto skipped = static_cast<std::size_t>(shown.data() - line.data());
  const std::string before = printable(std::string(shown.substr(0, at - std::min(at, skipped))));
  const std::string_view lead = skipped > 0 ? "..." : "";
  const std::string_view tail = skipped + shown.size() < line.size() ? "..." : "";
  return {std::string(lead) + printable(std::string(shown)) + std::string(tail), lead.size() + characters(before)};
}

std::string place(const Problem& problem) {
  if (problem.line == 0) return problem.file;
  return problem.file + ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column);
}

std::string_view word(Severity severity) { return severity == Severity::error ? "error" : "warning"; }

// The line of the file under a problem's own line, and the caret with the hint under that.
std::string picture(const Problem& problem) {
  if (problem.line == 0) return problem.hint.empty() ? "" : "    " + problem.hint + "\n";
  std::string number = std::to_string(problem.line);
  number.insert(0, number.size() < 5 ? 5 - number.size() : 0, ' ');
  std::string out = number + " | " + problem.excerpt;
  out.erase(out.find_last_not_of(' ') + 1);
  out += "\n" + std::string(number.size(), ' ') + " | " + std::string(problem.caret, ' ') + "^";
  if (!problem.hint.empty()) out += " " + problem.hint;
  return out + "\n";
}

}  // namespace

std::string one_line(const Problem& problem) {
  return place(problem) + ": " + problem.what + (problem.hint.empty() ? "" : "; " + problem.hint);
}

std::string render(std::span<const Problem> problems) {
  std::size_t width = 0;
  for (const Problem& problem : problems) width = std::max(width, place(problem).size());
  std::string out;
  for (const Problem& problem : problems) {
    std::string head = place(problem);
    head.resize(width, ' ');
    const std::string name = problem.name.empty() ? "" : "  [" + problem.name + "]";
    out += head + "  " + std::string(word(problem.severity)) + "  " + problem.what + name + "\n" + picture(problem);
  }
  return out;
}

std::string quote(std::string_view text) {
  const std::string_view shown = cut(text, 0, quote_max);
  return "'" + printable(std::string(shown)) + (shown.size() < text.size() ? "..." : "") + "'";
}

// Bytes that are not UTF-8 are reported as such; what is left of them here is shown as '?'.
std::string printable(std::string text) {
  const bool is_ascii_only = find_bad_character(text).has_value();
  for (char& c : text) {
    if (is_control(c)) c = c == '\t' ? ' ' : '?';
    if (is_ascii_only && static_cast<unsigned char>(c) >= 0x80U) c = '?';
  }
  return text;
}

Problem Problems::problem_at(std::size_t offset, std::string what, std::string hint) const {
  const Position position = source_.position(offset);
  Excerpt excerpt = excerpt_of(source_, offset);
  return {.file = source_.name(),
          .line = position.line,
          .column = position.column,
          .severity = Severity::error,
          .name = {},
          .what = printable(std::move(what)),
          .hint = printable(std::move(hint)),
          .excerpt = std::move(excerpt.text),
          .caret = excerpt.caret};
}

void Problems::error(std::size_t offset, std::string what, std::string hint) {
  if (errors_.size() == problems_max) {
    ++dropped_;
    return;
  }
  errors_.push_back(problem_at(offset, std::move(what), std::move(hint)));
}

void Problems::warning(std::size_t offset, std::string_view name, std::string what, std::string hint) {
  if (warnings_.size() == problems_max) return;
  Problem problem = problem_at(offset, std::move(what), std::move(hint));
  problem.severity = Severity::warning;
  problem.name = name;
  warnings_.push_back(std::move(problem));
}

void Problems::error_in_file(std::string what, std::string hint) {
  errors_.push_back({.file = source_.name(), .what = printable(std::move(what)), .hint = printable(std::move(hint))});
}

std::vector<Problem> Problems::take(Severity severity) {
  auto& problems = severity == Severity::error ? errors_ : warnings_;
  const auto in_file = [](const Problem& p) { return std::tie(p.line, p.column); };
  std::stable_sort(problems.begin(), problems.end(),
                   [&](const Problem& a, const Problem& b) { return in_file(a) < in_file(b); });
  if (severity == Severity::error && dropped_ > 0) {
    error_in_file("and " + std::to_string(dropped_) + " more problems", "mend these first");
  }
  return std::move(problems);
}

}  // namespace belfry::config
