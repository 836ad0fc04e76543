#include <algorithm>
#include <array>
#include <vector>

#include <base/ascii.h>
#include <base/text.h>
#include <base/try.h>
#include <triggers/calendar_parser.h>

namespace belfry {

namespace {

struct Word {
  std::string_view name;
  std::string_view line;
};

constexpr std::array shorthands{
    Word{"minutely", "*-*-* *:*:00"},
    Word{"hourly", "*-*-* *:00:00"},
    Word{"daily", "*-*-* 00:00:00"},
    Word{"weekly", "Mon *-*-* 00:00:00"},
    Word{"monthly", "*-*-01 00:00:00"},
    Word{"quarterly", "*-01,04,07,10-01 00:00:00"},
    Word{"semiannually", "*-01,07-01 00:00:00"},
    Word{"semi-annually", "*-01,07-01 00:00:00"},
    Word{"biannually", "*-01,07-01 00:00:00"},
    Word{"bi-annually", "*-01,07-01 00:00:00"},
    Word{"yearly", "*-01-01 00:00:00"},
    Word{"annually", "*-01-01 00:00:00"},
};

constexpr std::array<std::string_view, 7> weekday_names{"sunday",   "monday", "tuesday", "wednesday",
                                                        "thursday", "friday", "saturday"};

struct Component {
  std::string_view name;
  unsigned min, max;
};

constexpr Component year_component{"year", RareFields::year_min, RareFields::year_max};
constexpr Component month_component{"month", 1, 12};
constexpr Component day_component{"day", 1, 31};
constexpr Component day_from_end_component{"day from the end of the month", 1, 28};  // every month has as many
constexpr Component hour_component{"hour", 0, 23};
constexpr Component minute_component{"minute", 0, 59};
constexpr Component second_component{"second", 0, 59};

constexpr std::size_t items_max = 240;  // of one list, as in systemd

// One item of a list: `a`, `a..b`, `a..b/step`, or `a/step`, which has no end.
struct Item {
  unsigned first = 0;
  std::optional<unsigned> last;
  unsigned step = 1;
};

// The items of one component; none: `*`.
struct Chain {
  std::vector<Item> items;
  bool any() const { return items.empty(); }
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Parsed<CalendarLine> line();

 private:
  bool at_end() const { return at_ == text_.size(); }
  char next() const { return at_end() ? '\0' : text_[at_]; }
  bool at_word_end() const { return at_end() || next() == ' '; }
  void skip_blanks() {
    while (next() == ' ') ++at_;
  }
  bool accept(char c) {
    if (next() != c || at_end()) return false;
    ++at_;
    return true;
  }
  bool accept_range() {
    if (!text_.substr(at_).starts_with("..")) return false;
    at_ += 2;
    return true;
  }
  std::string_view letters() const {
    const std::string_view rest = text_.substr(at_);
    return {rest.begin(), std::find_if_not(rest.begin(), rest.end(), is_letter)};
  }

  static std::unexpected<ParseProblem> problem(std::size_t offset, std::string what, std::string hint = {}) {
    return std::unexpected(ParseProblem{.offset = offset, .what = std::move(what), .hint = std::move(hint)});
  }
  std::unexpected<ParseProblem> unexpected_here() const;

  Parsed<unsigned> number(const Component& component, unsigned min, unsigned max);
  Parsed<Item> item(const Component& component);
  Parsed<Chain> chain(const Component& component);
  std::unexpected<ParseProblem> never_repeats(std::size_t offset) const;
  Parsed<unsigned> weekday();
  Parsed<std::uint8_t> weekdays();
  Parsed<void> date(Fields& fields, RareFields& rare);
  Parsed<void> time(CronLine& line);
  bool next_is_time() const;

  std::string_view text_;
  std::size_t at_ = 0;
};

std::unexpected<ParseProblem> Reader::unexpected_here() const {
  if (at_end())
    return problem(at_, "the calendar line ends too early", "a date has the form *-*-*, a time 18:00 or 18:00:00");
  if (next() == '*' || (at_ > 0 && text_[at_ - 1] == '*')) {
    return problem(at_, "* stands alone in its place", "every fifth value is 0/5 here, not */5");
  }
  return problem(
      at_,
      "this does not belong here: '" + std::string(text_.substr(at_, text_.find(' ', at_) - at_).substr(0, 20)) + "'",
      "a line is weekdays, date and time, as Mon..Fri *-*-* 18:00:00");
}

Parsed<unsigned> Reader::number(const Component& component, unsigned min, unsigned max) {
  const std::size_t begin = at_;
  while (is_digit(next())) ++at_;
  const std::string_view digits = text_.substr(begin, at_ - begin);
  if (digits.empty()) return unexpected_here();
  auto value = parse_unsigned(digits);
  if (value && &component == &year_component && *value < 100) value = *value + (*value < 70 ? 2000U : 1900U);
  const std::string bounds = "it goes from " + std::to_string(min) + " to " + std::to_string(max);
  if (!value || *value > max) {
    return problem(
        begin,
        std::string(component.name) + " " + std::string(digits.substr(0, 20)) + " is above " + std::to_string(max),
        bounds);
  }
  if (*value < min)
    return problem(begin, std::string(component.name) + " " + std::string(digits) + " is below " + std::to_string(min),
                   bounds);
  if (&component == &second_component && next() == '.' && !text_.substr(at_).starts_with("..")) {
    const std::size_t point = at_++;
    while (next() == '0') ++at_;
    if (is_digit(next()))
      return problem(point, "a calendar line has whole seconds only", "every: 500ms is the way to less than a second");
  }
  return static_cast<unsigned>(*value);
}

Parsed<Item> Reader::item(const Component& component) {
  const std::size_t begin = at_;
  Item item{.first = TRY(number(component, component.min, component.max)), .last = {}};
  item.last = item.first;
  const bool is_range = accept_range();
  if (is_range) item.last = TRY(number(component, component.min, component.max));
  if (*item.last < item.first) {
    return problem(begin, "the range of the " + std::string(component.name) + " runs backwards",
                   "write the smaller value first");
  }
  if (!accept('/')) return item;
  if (!is_range) item.last.reset();
  const std::size_t at = at_;
  while (is_digit(next())) ++at_;
  if (at == at_) return unexpected_here();
  const auto step = parse_unsigned(text_.substr(at, at_ - at));
  if (step && *step == 0) return problem(at, "a step of 0 never gets anywhere", "write 1 or more after '/'");
  if (!step || *step > component.max - component.min) {
    return problem(at, "a step of " + std::string(text_.substr(at, at_ - at).substr(0, 20)) +
                           " is longer than the range of the " + std::string(component.name));
  }
  item.step = static_cast<unsigned>(*step);
  return item;
}

Parsed<Chain> Reader::chain(const Component& component) {
  Chain chain;
  if (accept('*')) return chain;
  do {
    if (chain.items.size() == items_max) return problem(at_, "the list has more than 240 items");
    const std::size_t begin = at_;
    chain.items.push_back(TRY(item(component)));
    // Steps go down where days are counted from the end of the month.
    const Item& added = chain.items.back();
    const bool counts_down = &component == &day_from_end_component;
    if (!added.last && !counts_down && added.first + added.step > component.max) return never_repeats(begin);
  } while (accept(','));
  return chain;
}

Parsed<unsigned> Reader::weekday() {
  const std::size_t begin = at_;
  const std::string name = lower(letters());
  for (unsigned day = 0; day < weekday_names.size(); ++day) {
    if (name != weekday_names[day] && name != weekday_names[day].substr(0, 3)) continue;
    at_ += name.size();
    return day;
  }
  if (name.empty()) return unexpected_here();
  const auto near = nearest(name, weekday_names);
  return problem(
      begin, "'" + std::string(letters()) + "' is not a weekday",
      near ? "did you mean " + std::string(*near) + "?" : "weekdays are Mon, Tue, Wed, Thu, Fri, Sat and Sun");
}

// `Mon..Fri,Sun`; as in systemd ranges may also have a dash, begin with Monday and do not wrap.
Parsed<std::uint8_t> Reader::weekdays() {
  const auto from_monday = [](unsigned day) { return (day + 6) % 7; };
  std::uint8_t mask = 0;
  do {
    if (mask != 0 && at_word_end()) break;  // a trailing comma
    const std::size_t begin = at_;
    const unsigned first = TRY(weekday());
    unsigned last = first;
    if (accept_range() || accept('-')) last = TRY(weekday());
    if (from_monday(last) < from_monday(first)) {
      return problem(begin, "the range of weekdays runs backwards",
                     "a week begins with Monday here: write Sat,Sun,Mon");
    }
    for (unsigned day = from_monday(first); day <= from_monday(last); ++day)
      mask |= static_cast<std::uint8_t>(1U << (day + 1) % 7);
  } while (accept(','));
  if (!at_word_end()) return unexpected_here();
  return mask;
}

std::unexpected<ParseProblem> Reader::never_repeats(std::size_t offset) const {
  return problem(offset, "the step leads out of the range at once", "leave the step out, or begin earlier");
}

// Calls add for each value of `chain`.
template <class Add>
void for_each_value(const Chain& chain, const Component& component, Add add) {
  for (const Item& item : chain.items) {
    for (unsigned value = item.first; value <= item.last.value_or(component.max); value += item.step) add(value);
  }
}

std::uint64_t mask_of(const Chain& chain, const Component& component) {
  std::uint64_t mask = 0;
  const Chain all{.items = {Item{.first = component.min, .last = component.max}}};
  for_each_value(chain.any() ? all : chain, component, [&](unsigned value) { mask |= std::uint64_t{1} << value; });
  return mask;
}

// ~03 is the third last day. Steps go towards the end of the month: ~07/1 is the whole last week. The value farthest
// from the end is one that a step from the nearest one reaches.
std::uint32_t from_end(const Chain& chain) {
  std::uint32_t mask = 0;
  for (const Item& item : chain.items) {
    const unsigned nearest_end = item.last ? item.first : (item.first - 1) % item.step + 1;
    const unsigned farthest = item.last.value_or(item.first);
    for (unsigned n = nearest_end; n <= farthest; n += item.step) mask |= 1U << (n - 1);
  }
  return mask;
}

Parsed<void> Reader::date(Fields& fields, RareFields& rare) {
  // Only after the first part is it clear whether it is a year or a month.
  const std::size_t begin = at_;
  const std::string_view word = text_.substr(begin, text_.find(' ', begin) - begin);
  const bool has_year = std::count_if(word.begin(), word.end(), [](char c) { return c == '-' || c == '~'; }) >= 2;
  Chain years;
  if (has_year) {
    years = TRY(chain(year_component));
    if (!accept('-')) return unexpected_here();
  }
  fields.months = static_cast<std::uint16_t>(mask_of(TRY(chain(month_component)), month_component));
  const bool is_from_end = accept('~');
  if (!is_from_end && !accept('-')) return unexpected_here();
  const std::size_t days_at = at_;
  const Chain days = TRY(chain(is_from_end ? day_from_end_component : day_component));
  const auto repeats = [](const Item& item) { return item.last || item.first > item.step; };
  if (is_from_end && !std::all_of(days.items.begin(), days.items.end(), repeats)) return never_repeats(days_at);
  if (!at_word_end()) return unexpected_here();
  for_each_value(years, year_component, [&](unsigned year) { rare.add_year(static_cast<int>(year)); });
  if (is_from_end && !days.any()) {
    fields.days = 0;
    rare.days_from_end = from_end(days);
  } else {
    fields.days = static_cast<std::uint32_t>(mask_of(days, day_component));
  }
  return {};
}

Parsed<void> Reader::time(CronLine& line) {
  const bool hour_star = next() == '*';
  line.fields.hours = static_cast<std::uint32_t>(mask_of(TRY(chain(hour_component)), hour_component));
  if (!accept(':')) return unexpected_here();
  const bool minute_star = next() == '*';
  line.fields.minutes = mask_of(TRY(chain(minute_component)), minute_component);
  if (accept(':')) line.fields.seconds = mask_of(TRY(chain(second_component)), second_component);
  if (!at_word_end()) return unexpected_here();
  line.time_class = hour_star || minute_star ? TimeClass::recurring : TimeClass::fixed;
  return {};
}

bool Reader::next_is_time() const {
  const std::string_view word = text_.substr(at_, text_.find(' ', at_) - at_);
  return word.find(':') != std::string_view::npos;
}

Parsed<CalendarLine> Reader::line() {
  CalendarLine result;
  Fields& fields = result.line.fields;
  RareFields rare;
  fields.minutes = 1;
  fields.hours = 1;
  fields.days = Fields::all_days;
  fields.months = Fields::all_months;
  fields.weekdays = Fields::all_weekdays;
  skip_blanks();
  if (at_end()) return problem(at_, "the calendar line is empty", "write for example Mon..Fri 18:00");
  bool is_complete = false;
  if (is_letter(next())) {
    fields.weekdays = TRY(weekdays());
    skip_blanks();
    is_complete = at_end();
  }
  const auto begins_part = [&] { return is_digit(next()) || next() == '*'; };
  if (!is_complete && begins_part() && !next_is_time()) {
    TRY(date(fields, rare));
    skip_blanks();
    is_complete = true;
  }
  if (begins_part() && next_is_time()) {
    TRY(time(result.line));
    skip_blanks();
    is_complete = true;
  }
  if (!is_complete && !is_letter(next())) return unexpected_here();
  if (!at_end()) {
    if (!is_letter(next())) return unexpected_here();
    result.zone_offset = at_;
    result.zone = trim(text_.substr(at_));
  }
  if (rare != RareFields{}) fields.rare = std::make_unique<const RareFields>(rare);
  return result;
}

}  // namespace

Parsed<CalendarLine> parse_calendar_line(std::string_view text) {
  const std::string word = lower(text.substr(0, text.find(' ')));
  for (const Word& shorthand : shorthands) {
    if (word != shorthand.name) continue;
    CalendarLine result = TRY(Reader(shorthand.line).line());
    result.zone = trim(text.substr(word.size()));
    result.zone_offset = text.size() - result.zone.size();
    return result;
  }
  if (word.starts_with('@')) {
    return std::unexpected(ParseProblem{
        .offset = 0, .what = "a timestamp is no calendar line", .hint = "at: is the key for a single instant"});
  }
  return Reader(text).line();
}

}  // namespace belfry
