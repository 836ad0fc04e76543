#include <algorithm>

#include <config/spelling.h>

namespace belfry::config {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_break(char c) { return c == '\n' || c == '\r'; }

// Goes through the source and the text side by side.
class Walk {
 public:
  Walk(std::string_view source, std::string_view text, std::size_t at) : source_(source), text_(text), at_(at) {}

  // One step: some of the source, and what it stands for. False when there is nothing left to step over.
  bool step(Style style) {
    if (at_ >= source_.size() || done_ >= text_.size()) return false;
    if (style == Style::block) return step_in_block();
    if (skip_fold()) return true;
    if (style == Style::single_quoted && source_.substr(at_).starts_with("''")) return advance(2, 1);
    if (style == Style::double_quoted && source_[at_] == '\\') return skip_escape();
    return advance(1, 1);
  }

  // Over the header of a block scalar, to its first line that is not empty.
  void enter_block() {
    skip_line();
    const std::size_t lead = std::min(text_.find_first_not_of(" \n"), text_.size());
    const std::size_t lead_line = text_.substr(0, lead).rfind('\n') + 1;  // npos + 1 is 0
    const std::size_t line = first_line_with_content();
    const std::size_t indentation = source_.find_first_not_of(' ', line) - line;
    indentation_ = indentation - std::min(indentation, lead - lead_line);
    skip_indentation();
  }

  // Over an escaped line end, which stands for nothing.
  void skip_escaped_break() {
    if (at_ + 1 >= source_.size() || source_[at_] != '\\' || !is_break(source_[at_ + 1])) return;
    ++at_;
    while (at_ < source_.size() && (is_blank(source_[at_]) || is_break(source_[at_]))) ++at_;
  }

  std::size_t at() const { return at_; }
  std::size_t done() const { return done_; }

 private:
  bool advance(std::size_t in_source, std::size_t in_text) {
    at_ += in_source;
    done_ += in_text;
    return true;
  }

  // One character of the text, which may have several bytes.
  std::size_t character_length() const {
    std::size_t n = 1;
    while (done_ + n < text_.size() && (static_cast<unsigned char>(text_[done_ + n]) & 0xC0U) == 0x80U) ++n;
    return n;
  }

  bool skip_escape() {
    const char letter = at_ + 1 < source_.size() ? source_[at_ + 1] : '\0';
    const std::size_t digits = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
    return advance(2 + digits, character_length());
  }

  // A line end outside a block: blanks around it vanish, one line end is a space, each further one a line end.
  bool skip_fold() {
    std::size_t i = at_;
    std::size_t breaks = 0;
    for (; i < source_.size() && (is_blank(source_[i]) || is_break(source_[i])); ++i) {
      if (source_[i] == '\n') ++breaks;
    }
    if (breaks == 0 || i >= source_.size()) return false;
    return advance(i - at_, breaks == 1 ? 1 : breaks - 1);
  }

  bool step_in_block() {
    if (!is_break(source_[at_])) return advance(1, 1);
    std::size_t breaks = 0;
    while (at_ < source_.size() && (is_break(source_[at_]) || is_empty_line())) {
      if (source_[at_] == '\n') ++breaks;
      ++at_;
    }
    skip_indentation();
    if (text_[done_] == ' ' && breaks == 1) return advance(0, 1);
    while (done_ < text_.size() && text_[done_] == '\n' && breaks > 0) {
      ++done_;
      --breaks;
    }
    return true;
  }

  // Whether there is nothing but blanks from here to the line's end.
  bool is_empty_line() const {
    const std::size_t end = source_.find_first_not_of(' ', at_);
    return end != std::string_view::npos && is_break(source_[end]);
  }

  std::size_t first_line_with_content() {
    while (at_ < source_.size() && (is_break(source_[at_]) || is_empty_line())) {
      if (source_[at_] == '\n' && done_ < text_.size() && text_[done_] == '\n') ++done_;
      ++at_;
    }
    return std::min(at_, source_.size());
  }

  void skip_line() {
    at_ = std::min(source_.find('\n', at_), source_.size());
    if (at_ < source_.size()) ++at_;
  }

  void skip_indentation() {
    for (std::size_t n = 0; n < indentation_ && at_ < source_.size() && source_[at_] == ' '; ++n) ++at_;
  }

  std::string_view source_;
  std::string_view text_;
  std::size_t at_;
  std::size_t done_ = 0;
  std::size_t indentation_ = 0;
};

}  // namespace

std::size_t skip_properties(std::string_view source, std::size_t at) {
  while (at < source.size() && (source[at] == '&' || source[at] == '!')) {
    at = std::min(source.find_first_of(" \t\r\n", at), source.size());
    at = std::min(source.find_first_not_of(" \t\r\n", at), source.size());
  }
  return at;
}

Style style_at(std::string_view source, std::size_t at) {
  if (at >= source.size()) return Style::plain;
  switch (source[at]) {
    case '"':
      return Style::double_quoted;
    case '\'':
      return Style::single_quoted;
    case '|':
    case '>':
      return Style::block;
    default:
      return Style::plain;
  }
}

std::size_t locate_in_spelling(std::string_view source, Spelling spelling, std::string_view text, std::size_t offset) {
  const bool is_quoted = spelling.style == Style::single_quoted || spelling.style == Style::double_quoted;
  Walk walk(source, text, spelling.at + (is_quoted ? 1 : 0));
  if (spelling.style == Style::block) walk.enter_block();
  for (;;) {
    if (spelling.style == Style::double_quoted) walk.skip_escaped_break();
    if (walk.done() >= offset) return walk.at();
    if (!walk.step(spelling.style)) return spelling.at;
  }
}

bool is_closed(std::string_view source, Spelling spelling) {
  const char mark = spelling.style == Style::double_quoted ? '"' : '\'';
  for (std::size_t i = spelling.at + 1; i < source.size(); ++i) {
    if (mark == '"' && source[i] == '\\') {
      ++i;
    } else if (source[i] == mark) {
      if (mark == '"' || !source.substr(i + 1).starts_with('\'')) return true;
      ++i;
    }
  }
  return false;
}

}  // namespace belfry::config
