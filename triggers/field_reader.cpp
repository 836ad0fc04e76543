#include <algorithm>

#include <base/ascii.h>
#include <base/hash.h>
#include <base/text.h>
#include <base/try.h>
#include <triggers/field_reader.h>

namespace belfry {

namespace {

bool equal_words(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return upper(x) == upper(y); });
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string range_words(const FieldKind& kind) {
  return std::string(kind.plural) + " go from " + std::to_string(kind.min) + " to " + std::to_string(kind.value_max);
}

}  // namespace

std::unexpected<ParseProblem> FieldReader::problem(std::size_t offset, std::string what, std::string hint) const {
  return std::unexpected(ParseProblem{.offset = offset, .what = std::move(what), .hint = std::move(hint)});
}

std::unexpected<ParseProblem> FieldReader::unexpected_here() const {
  if (at_end()) return problem(at_, "the " + std::string(kind_.name) + " field ends too early");
  // Whole characters: a dash of a word processor is three bytes.
  std::size_t end = at_ + 1;
  while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xc0U) == 0x80U) ++end;
  const bool is_ascii = static_cast<unsigned char>(text_[at_]) < 0x80;
  const std::string_view character = text_.substr(at_, end - at_);
  if (is_ascii && (text_[at_] < ' ' || text_[at_] == 127)) {
    return problem(at_, "there is a control character in the " + std::string(kind_.name) + " field");
  }
  return problem(at_, quoted(character) + " does not belong here in the " + std::string(kind_.name) + " field",
                 is_ascii ? "" : "only plain ASCII is read: write - for a range and , between values");
}

bool FieldReader::accept(char c) {
  if (!next_is(c)) return false;
  ++at_;
  return true;
}

bool FieldReader::accept(std::string_view word) {
  if (!next_is(word)) return false;
  at_ += word.size();
  return true;
}

std::string_view FieldReader::word() const {
  const std::string_view rest = text_.substr(at_);
  return {rest.begin(), std::find_if_not(rest.begin(), rest.end(), is_letter)};
}

std::string_view FieldReader::digits() const {
  const std::string_view rest = text_.substr(at_);
  return {rest.begin(), std::find_if_not(rest.begin(), rest.end(), is_digit)};
}

std::unexpected<ParseProblem> FieldReader::missing_item() const {
  return problem(at_, "a value is missing in the list of the " + std::string(kind_.name) + " field",
                 "a comma stands between two values");
}

Parsed<unsigned> FieldReader::number(std::string_view what, unsigned min, unsigned max) {
  const std::string_view text = digits();
  if (text.empty()) return unexpected_here();
  const auto value = parse_unsigned(text);
  const std::string bounds = "it goes from " + std::to_string(min) + " to " + std::to_string(max);
  if (!value || *value > max) {
    return problem(at_, std::string(what) + " " + std::string(text.substr(0, 20)) + " is above " + std::to_string(max),
                   bounds);
  }
  if (*value < min)
    return problem(at_, std::string(what) + " " + std::string(text) + " is below " + std::to_string(min), bounds);
  at_ += text.size();
  return static_cast<unsigned>(*value);
}

Parsed<unsigned> FieldReader::value() {
  if (at_end()) return unexpected_here();
  if (is_digit(text_[at_])) return number(kind_.name, kind_.min, kind_.value_max);
  const std::string_view name = word();
  if (name.empty()) return unexpected_here();
  if (kind_.names.empty()) {
    return problem(at_,
                   "the " + std::string(kind_.name) + " field has no names; " + quoted(name) + " means nothing here",
                   range_words(kind_));
  }
  const auto found = std::find_if(kind_.names.begin(), kind_.names.end(), [&](auto n) { return equal_words(n, name); });
  if (found == kind_.names.end()) {
    const auto near = nearest(upper(name.substr(0, 3)), kind_.names);
    return problem(at_, quoted(name) + " is not the name of a " + std::string(kind_.name),
                   near ? "did you mean " + std::string(*near) + "?"
                        : "names have three letters, as " + std::string(kind_.names[0]));
  }
  at_ += name.size();
  return kind_.min + static_cast<unsigned>(found - kind_.names.begin());
}

unsigned FieldReader::hash(unsigned min, unsigned max) const {
  // The field is part of the hash: else minute and hour of one job would go together.
  return min + static_cast<unsigned>(hash_text(job_, hash_text(kind_.name)) % (max - min + 1));
}

Parsed<unsigned> FieldReader::step() {
  const std::size_t at = at_;
  const std::string_view text = digits();
  if (text.empty()) return problem(at, "a step is missing after '/'", "*/5 means every fifth value");
  const auto value = parse_unsigned(text);
  if (value && *value == 0) return problem(at, "a step of 0 never gets anywhere", "write 1 or more after '/'");
  const unsigned size = kind_.max - kind_.min + 1;
  if (!value || *value > size) {
    return problem(at,
                   "a step of " + std::string(text.substr(0, 20)) + " is longer than the " + std::string(kind_.name) +
                       " field, which has " + std::to_string(size) + " values",
                   "a cron line starts again with each hour, day, month or year; for a longer pause use every:");
  }
  at_ += text.size();
  return static_cast<unsigned>(*value);
}

// H, H(a-b), H/n, H(a-b)/n (S6).
Parsed<ValueRange> FieldReader::hashed() {
  ValueRange range{.first = kind_.min, .last = kind_.hash_max};
  if (accept('(')) {
    const std::size_t begin = at_;
    range.first = TRY(value());
    if (!accept('-')) return unexpected_here();
    range.last = TRY(value());
    if (range.last < range.first)
      return problem(begin, "the range of H runs backwards", "write the smaller value first");
    if (!accept(')')) return unexpected_here();
  }
  if (!accept('/')) {
    const unsigned chosen = hash(range.first, range.last);
    return ValueRange{.first = chosen, .last = chosen};
  }
  range.step = TRY(step());
  range.first = hash(range.first, std::min(range.last, range.first + range.step - 1));
  return range;
}

Parsed<ValueRange> FieldReader::range() {
  const std::size_t begin = at_;
  if (kind_.hash_max != 0 && accept('H')) return hashed();
  ValueRange range;
  if (accept('*')) {
    range = {.first = kind_.min, .last = kind_.max};
  } else {
    const bool first_is_name = !at_end() && is_letter(text_[at_]);
    range.first = TRY(value());
    range.last = range.first;
    if (accept('-')) {
      const bool last_is_name = !at_end() && is_letter(text_[at_]);
      range.last = TRY(value());
      if (range.last < range.first && !(first_is_name && last_is_name)) {
        return problem(begin, "the range " + std::string(text_.substr(begin, at_ - begin)) + " runs backwards",
                       "ranges of numbers do not wrap; write " + std::to_string(range.first) + "-" +
                           std::to_string(kind_.max) + "," + std::to_string(kind_.min) + "-" +
                           std::to_string(range.last));
      }
    } else if (next_is('/')) {
      range.last = std::max(range.first, kind_.max);  // a/n: from a to the end
    }
  }
  if (accept('/')) range.step = TRY(step());
  return range;
}

}  // namespace belfry
