// Reads one field of a cron line: values, names, ranges, steps, lists. What only day fields know (L, W, #) is read by
// cron_parser.cpp with the same hands.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <triggers/parse.h>

namespace belfry {

// What a field may hold.
struct FieldKind {
  std::string_view name;    // "minute"
  std::string_view plural;  // "minutes"
  unsigned min = 0;
  unsigned max = 0;                              // of what `*` covers
  unsigned value_max = 0;                        // of what may be written: 7 for weekdays
  std::span<const std::string_view> names = {};  // for the values from `min` on
  unsigned hash_max = 0;                         // of what H covers
};

// Values `first`, `first + step`, ... to `last`; where last < first, past the end of the range and on from its
// beginning.
struct ValueRange {
  unsigned first = 0;
  unsigned last = 0;
  unsigned step = 1;
};

class FieldReader {
 public:
  // Reads text.substr(begin, end - begin).
  FieldReader(std::string_view text, std::size_t begin, std::size_t end, const FieldKind& kind, std::string_view job)
      : text_(text.substr(0, end)), at_(begin), begin_(begin), kind_(kind), job_(job) {}

  bool at_end() const { return at_ == text_.size(); }
  bool next_is(char c) const { return !at_end() && text_[at_] == c; }
  bool next_is(std::string_view word) const { return text_.substr(at_).starts_with(word); }
  bool accept(char c);
  bool accept(std::string_view word);
  std::size_t offset() const { return at_; }

  // Whether only the end of the field or the next item of its list can follow.
  bool at_item_end() const { return at_end() || next_is(','); }

  // Calls read_item, which takes nothing and gives Parsed<void>, for each item of the list.
  template <class ReadItem>
  Parsed<void> list(const ReadItem& read_item) {
    do {
      if (at_item_end()) return missing_item();
      if (const Parsed<void> item = read_item(); !item) return item;
      if (!at_item_end()) return unexpected_here();
    } while (accept(','));
    return {};
  }

  // `*`, `a`, `a-b`, `H`, `H(a-b)`, each perhaps with `/n`.
  Parsed<ValueRange> range();

  // A number or a name.
  Parsed<unsigned> value();

  // A number from min to max, called `what` in problems.
  Parsed<unsigned> number(std::string_view what, unsigned min, unsigned max);

  std::unexpected<ParseProblem> problem(std::size_t offset, std::string what, std::string hint = {}) const;
  std::unexpected<ParseProblem> unexpected_here() const;

  const FieldKind& kind() const { return kind_; }

 private:
  std::unexpected<ParseProblem> missing_item() const;
  Parsed<unsigned> step();
  Parsed<ValueRange> hashed();
  std::string_view word() const;
  std::string_view digits() const;
  unsigned hash(unsigned min, unsigned max) const;

  std::string_view text_;
  std::size_t at_;
  std::size_t begin_;
  const FieldKind& kind_;
  std::string_view job_;
};

}  // namespace belfry
