#include <algorithm>

#include <base/ascii.h>
#include <base/posix_rule.h>
#include <base/text.h>
#include <base/try.h>

namespace belfry {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;

class PosixRule::Reader {
 public:
  explicit Reader(std::string_view text) : text_(text), rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool next_is(char c) const { return rest_.starts_with(c); }

  bool accept(char c) {
    if (!next_is(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  Result<void> expect(char c) {
    if (accept(c)) return {};
    return std::unexpected(problem(std::string("expected '") + c + "'"));
  }

  // `CET`, or in angle brackets when it is not made of letters: `<-02>`.
  Result<std::string> abbreviation() {
    const bool quoted = accept('<');
    const auto end =
        quoted ? std::find(rest_.begin(), rest_.end(), '>') : std::find_if_not(rest_.begin(), rest_.end(), is_letter);
    std::string name(rest_.begin(), end);
    rest_ = std::string_view(end, rest_.end());
    if (quoted) TRY(expect('>'));
    if (name.size() < 3) return std::unexpected(problem("an abbreviation has three letters or more"));
    return name;
  }

  Result<unsigned> number(unsigned min, unsigned max) {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_digit);
    const auto value = parse_unsigned({rest_.begin(), end});
    if (!value || *value < min || *value > max) return std::unexpected(problem("a number is missing or out of range"));
    rest_ = std::string_view(end, rest_.end());
    return static_cast<unsigned>(*value);
  }

  // [+-]hh[:mm[:ss]]
  Result<seconds> time() {
    const bool negative = !accept('+') && accept('-');
    seconds value = std::chrono::hours{TRY(number(0, 167))};
    if (accept(':')) value += std::chrono::minutes{TRY(number(0, 59))};
    if (accept(':')) value += seconds{TRY(number(0, 59))};
    return negative ? -value : value;
  }

  Result<Moment> moment() {
    Moment m;
    if (accept('M')) {
      m.month = TRY(number(1, 12));
      TRY(expect('.'));
      m.week = TRY(number(1, 5));
      TRY(expect('.'));
      m.weekday = TRY(number(0, 6));
    } else if (accept('J')) {
      m.notation = Moment::Notation::day_without_leap_day;
      m.day = TRY(number(1, 365));
    } else {
      m.notation = Moment::Notation::day_with_leap_day;
      m.day = TRY(number(0, 365));
    }
    if (accept('/')) m.time = TRY(time());
    return m;
  }

  Error problem(std::string_view why) const {
    return Error::bad_input("'" + std::string(text_) + "' is not a POSIX time zone rule: at column " +
                            std::to_string(text_.size() - rest_.size() + 1) + " " + std::string(why));
  }

 private:
  std::string_view text_;
  std::string_view rest_;
};

Result<PosixRule> PosixRule::parse(std::string_view text) {
  Reader reader(text);
  PosixRule rule;
  rule.standard_.abbreviation = TRY(reader.abbreviation());
  rule.standard_.offset = -TRY(reader.time());  // POSIX counts westwards
  if (reader.at_end()) return rule;
  Dst dst;
  dst.abbreviation = TRY(reader.abbreviation());
  dst.offset = reader.next_is(',') ? rule.standard_.offset + std::chrono::hours{1} : -TRY(reader.time());
  TRY(reader.expect(','));
  dst.begins = TRY(reader.moment());
  TRY(reader.expect(','));
  dst.ends = TRY(reader.moment());
  if (!reader.at_end()) return std::unexpected(reader.problem("more text than a rule has"));
  rule.dst_ = std::move(dst);
  return rule;
}

std::chrono::sys_seconds PosixRule::Moment::in(std::chrono::year year) const {
  const sys_days new_year = year / std::chrono::January / 1;
  switch (notation) {
    case Notation::weekday_of_month: {
      const auto in_month = year / std::chrono::month{month};
      const std::chrono::weekday wanted{weekday};
      return (week == 5 ? sys_days{in_month / wanted[std::chrono::last]} : sys_days{in_month / wanted[week]}) + time;
    }
    case Notation::day_without_leap_day:
      return new_year + days{day - 1 + (year.is_leap() && day >= 60 ? 1U : 0U)} + time;
    case Notation::day_with_leap_day:
      break;
  }
  return new_year + days{day} + time;
}

std::vector<Zone::Change> PosixRule::changes_of(std::chrono::year year) const {
  Zone::Change begins{.at = dst_->begins.in(year)-standard_.offset,
                      .offset = dst_->offset,
                      .abbreviation = dst_->abbreviation,
                      .is_dst = true};
  Zone::Change ends{.at = dst_->ends.in(year)-dst_->offset,
                    .offset = standard_.offset,
                    .abbreviation = standard_.abbreviation,
                    .is_dst = false};
  if (begins.at < ends.at) return {begins, ends};
  return {ends, begins};
}

}  // namespace belfry
