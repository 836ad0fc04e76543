#include <array>
#include <vector>

#include <base/text.h>
#include <base/try.h>
#include <triggers/cron_parser.h>
#include <triggers/field_reader.h>

namespace belfry {

namespace {

constexpr std::array<std::string_view, 12> month_names{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                       "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> weekday_names{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

constexpr FieldKind second_kind{.name = "second", .plural = "seconds", .max = 59, .value_max = 59, .hash_max = 59};
constexpr FieldKind minute_kind{.name = "minute", .plural = "minutes", .max = 59, .value_max = 59, .hash_max = 59};
constexpr FieldKind hour_kind{.name = "hour", .plural = "hours", .max = 23, .value_max = 23, .hash_max = 23};
// H stops at 28, so that it names a day of every month.
constexpr FieldKind day_kind{
    .name = "day of month", .plural = "days of the month", .min = 1, .max = 31, .value_max = 31, .hash_max = 28};
constexpr FieldKind month_kind{
    .name = "month", .plural = "months", .min = 1, .max = 12, .value_max = 12, .names = month_names, .hash_max = 12};
constexpr FieldKind weekday_kind{
    .name = "weekday", .plural = "weekdays", .max = 6, .value_max = 7, .names = weekday_names, .hash_max = 6};
constexpr FieldKind year_kind{.name = "year",
                              .plural = "years",
                              .min = RareFields::year_min,
                              .max = RareFields::year_max,
                              .value_max = RareFields::year_max};

// Calls add for each value of a range, which may run past the end of the field and on from its beginning.
template <class Add>
void for_each_value(const ValueRange& range, const FieldKind& kind, Add add) {
  const unsigned size = kind.max - kind.min + 1;
  const unsigned last = range.last < range.first ? range.last + size : range.last;
  for (unsigned value = range.first; value <= last; value += range.step) {
    // A written 7 is Sunday, as 0 is (S6).
    const bool is_past = value > kind.value_max || (range.last < range.first && value > kind.max);
    add(is_past ? value - size : value);
  }
}

Parsed<std::uint64_t> read_mask(FieldReader reader) {
  std::uint64_t mask = 0;
  const auto read_item = [&]() -> Parsed<void> {
    const ValueRange range = TRY(reader.range());
    for_each_value(range, reader.kind(), [&](unsigned value) { mask |= std::uint64_t{1} << value; });
    return {};
  };
  TRY(reader.list(read_item));
  return mask;
}

// ---- The day of the month ----

// L, L-3, LW
Parsed<void> read_last_day(FieldReader& reader, RareFields& rare) {
  if (reader.accept('W')) {
    rare.last_weekday = true;
    return {};
  }
  unsigned before_last = 0;
  if (reader.accept('-')) before_last = TRY(reader.number("the distance from the last day", 1, 30));
  rare.days_from_end |= 1U << before_last;
  return {};
}

Parsed<void> read_day_item(FieldReader& reader, Fields& fields, RareFields& rare) {
  if (reader.accept('L')) return read_last_day(reader, rare);
  const std::size_t begin = reader.offset();
  const ValueRange range = TRY(reader.range());
  if (reader.next_is('W')) {
    if (range.first != range.last)
      return reader.problem(begin, "W belongs to a single day, not to a range", "write for example 15W");
    (void)reader.accept('W');
    rare.nearest_weekday |= 1U << range.first;
    return {};
  }
  for_each_value(range, day_kind, [&](unsigned value) { fields.days |= 1U << value; });
  return {};
}

// `?`, alone in a day field: any day.
bool accept_any(FieldReader& reader) { return reader.accept('?'); }

Parsed<void> read_days(FieldReader reader, Fields& fields, RareFields& rare) {
  if (accept_any(reader)) {
    fields.days = Fields::all_days;
    if (!reader.at_end()) return reader.unexpected_here();
    return {};
  }
  return reader.list([&] { return read_day_item(reader, fields, rare); });
}

// ---- The weekday ----

Parsed<void> read_weekday_item(FieldReader& reader, Fields& fields, RareFields& rare) {
  const std::size_t begin = reader.offset();
  if (reader.next_is('L')) {
    return reader.problem(begin, "L alone is no weekday",
                          "FRI#L is the last Friday of the month; for Saturday write SAT");
  }
  const ValueRange range = TRY(reader.range());
  if (reader.next_is('L')) {
    return reader.problem(reader.offset(), "the last weekday of a month is written with #",
                          "write FRI#L or 5#L for the last Friday");
  }
  if (!reader.next_is('#')) {
    for_each_value(range, weekday_kind,
                   [&](unsigned value) { fields.weekdays |= static_cast<std::uint8_t>(1U << value % 7); });
    return {};
  }
  if (range.first != range.last)
    return reader.problem(begin, "# belongs to a single weekday, not to a range", "write for example MON#1,TUE#1");
  (void)reader.accept('#');
  const auto bit = static_cast<std::uint8_t>(1U << range.first % 7);
  if (reader.accept('L')) {
    rare.last_of_weekday |= bit;
    return {};
  }
  rare.nth_of_weekday[TRY(reader.number("the weekday's number in the month", 1, 5)) - 1] |= bit;
  return {};
}

Parsed<void> read_weekdays(FieldReader reader, Fields& fields, RareFields& rare) {
  if (accept_any(reader)) {
    fields.weekdays = Fields::all_weekdays;
    if (!reader.at_end()) return reader.unexpected_here();
    return {};
  }
  (void)reader.accept('+');
  return reader.list([&] { return read_weekday_item(reader, fields, rare); });
}

Parsed<void> read_years(FieldReader reader, RareFields& rare) {
  if (reader.accept('*') && reader.at_end()) return {};
  return reader.list([&]() -> Parsed<void> {
    const ValueRange range = TRY(reader.range());
    for_each_value(range, year_kind, [&](unsigned value) { rare.add_year(static_cast<int>(value)); });
    return {};
  });
}

// ---- Nicknames ----

struct Nickname {
  std::string_view name;
  std::string_view line;
};

constexpr std::array nicknames{Nickname{"@hourly", "0 * * * *"},   Nickname{"@daily", "0 0 * * *"},
                               Nickname{"@midnight", "0 0 * * *"}, Nickname{"@weekly", "0 0 * * 0"},
                               Nickname{"@monthly", "0 0 1 * *"},  Nickname{"@yearly", "0 0 1 1 *"},
                               Nickname{"@annually", "0 0 1 1 *"}};

Parsed<std::string_view> line_of_nickname(std::string_view text) {
  std::array<std::string_view, nicknames.size()> names;
  for (std::size_t i = 0; i < nicknames.size(); ++i) {
    if (nicknames[i].name == text) return nicknames[i].line;
    names[i] = nicknames[i].name;
  }
  const auto near = nearest(text.substr(0, 20), names);
  return std::unexpected(
      ParseProblem{.offset = 0,
                   .what = "'" + std::string(text.substr(0, 20)) + "' is not known here",
                   .hint = near ? "did you mean " + std::string(*near) + "?"
                                : "there are @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually"});
}

// ---- The line ----

struct Piece {
  std::size_t begin, end;
};

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// The fields of the line, at most one more than a line may have.
std::vector<Piece> pieces_of(std::string_view text) {
  constexpr std::size_t enough = 8;
  std::vector<Piece> pieces;
  pieces.reserve(enough);
  for (std::size_t at = 0; at < text.size() && pieces.size() < enough;) {
    if (is_blank(text[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < text.size() && !is_blank(text[at])) ++at;
    pieces.push_back({begin, at});
  }
  return pieces;
}

std::unexpected<ParseProblem> wrong_count(std::string_view text, const std::vector<Piece>& pieces) {
  const std::size_t count = pieces.size();
  if (count == 0) {
    return std::unexpected(
        ParseProblem{.offset = 0, .what = "the schedule is empty", .hint = "write for example 30 2 * * *"});
  }
  const bool too_many = count > 7;
  return std::unexpected(ParseProblem{
      .offset = too_many ? pieces[7].begin : text.size(),
      .what = too_many ? "a cron line has at most 7 fields"
                       : "a cron line has 5, 6 or 7 fields; this one has " + std::to_string(count),
      .hint = too_many ? "only the times stand here; the command belongs under run: or command:"
                       : "minute hour day month weekday; with 6 the second comes first, with 7 the year last"});
}

bool begins_with_star(std::string_view text, const Piece& piece) {
  return text[piece.begin] == '*' || text[piece.begin] == '?';
}

// Cron's rule: where both day fields say something, either is enough (S6).
DayRule day_rule_of(std::string_view text, const Piece& day, const Piece& weekday) {
  const bool is_free = begins_with_star(text, day) || begins_with_star(text, weekday) || text[weekday.begin] == '+';
  return is_free ? DayRule::both : DayRule::either;
}

bool begins_with_asterisk(std::string_view text, const Piece& piece) { return text[piece.begin] == '*'; }

}  // namespace

Parsed<CronLine> parse_cron_line(std::string_view text, std::string_view job) {
  if (text.starts_with('@')) return parse_cron_line(TRY(line_of_nickname(text)), job);
  const std::vector<Piece> pieces = pieces_of(text);
  if (pieces.size() < 5 || pieces.size() > 7) return wrong_count(text, pieces);
  const auto reader = [&](std::size_t i, const FieldKind& kind) {
    return FieldReader(text, pieces[i].begin, pieces[i].end, kind, job);
  };
  const std::size_t first = pieces.size() == 5 ? 0 : 1;
  CronLine line;
  RareFields rare;
  if (first == 1) line.fields.seconds = TRY(read_mask(reader(0, second_kind)));
  line.fields.minutes = TRY(read_mask(reader(first, minute_kind)));
  line.fields.hours = static_cast<std::uint32_t>(TRY(read_mask(reader(first + 1, hour_kind))));
  TRY(read_days(reader(first + 2, day_kind), line.fields, rare));
  line.fields.months = static_cast<std::uint16_t>(TRY(read_mask(reader(first + 3, month_kind))));
  TRY(read_weekdays(reader(first + 4, weekday_kind), line.fields, rare));
  if (pieces.size() == 7) TRY(read_years(reader(6, year_kind), rare));
  line.fields.day_rule = day_rule_of(text, pieces[first + 2], pieces[first + 4]);
  const bool recurs =
      begins_with_asterisk(text, pieces[first]) || begins_with_asterisk(text, pieces[first + 1]);  // S13
  line.time_class = recurs ? TimeClass::recurring : TimeClass::fixed;
  if (rare != RareFields{}) line.fields.rare = std::make_unique<const RareFields>(rare);
  return line;
}

}  // namespace belfry
