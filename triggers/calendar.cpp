#include <algorithm>
#include <array>
#include <cstdio>
#include <variant>

#include <base/ascii.h>
#include <base/text.h>
#include <base/try.h>
#include <base/words.h>
#include <triggers/calendar.h>

namespace belfry {

namespace {

using std::chrono::local_days;
using std::chrono::month_day;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 7> weekday_names{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

using Date = std::variant<local_days, month_day>;

std::unexpected<ParseProblem> problem(std::size_t offset, std::string what) {
  return std::unexpected(
      ParseProblem{.offset = offset,
                   .what = std::move(what),
                   .hint = "write 2027-03-26, 01-01 for every year, A..B for days from A to B, or SAT"});
}

std::optional<unsigned> digits(std::string_view text, std::size_t at, std::size_t width) {
  const auto value = parse_unsigned(text.substr(at, width));
  if (!value) return std::nullopt;
  return static_cast<unsigned>(*value);
}

Parsed<Date> parse_date(std::string_view text, std::size_t offset) {
  const bool has_year = text.size() == 10 && text[4] == '-' && text[7] == '-';
  const bool is_yearly = text.size() == 5 && text[2] == '-';
  if (!has_year && !is_yearly) return problem(offset, "'" + std::string(text) + "' is not a day");
  const std::size_t month_at = has_year ? 5 : 0;
  const auto year = has_year ? digits(text, 0, 4) : 2000U;  // a leap year: 02-29 is a day
  const auto month = digits(text, month_at, 2), day = digits(text, month_at + 3, 2);
  if (!year || !month || !day) return problem(offset, "'" + std::string(text) + "' is not a day");
  const year_month_day date{std::chrono::year{static_cast<int>(*year)}, std::chrono::month{*month},
                            std::chrono::day{*day}};
  if (!date.ok()) return problem(offset, "there is no " + std::string(text));
  if (has_year) return Date{local_days{date}};
  return Date{month_day{date.month(), date.day()}};
}

Parsed<unsigned> parse_weekday(std::string_view text, std::size_t offset) {
  const auto found = std::find(weekday_names.begin(), weekday_names.end(), upper(text));
  if (found == weekday_names.end()) return problem(offset, "'" + std::string(text) + "' is not a weekday");
  return static_cast<unsigned>(found - weekday_names.begin());
}

std::string text_of(month_day d) {
  std::array<char, 16> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%02u-%02u", static_cast<unsigned>(d.month()),
                static_cast<unsigned>(d.day()));
  return buffer.data();
}

std::string text_of(local_days day) {
  const year_month_day date{day};
  return std::to_string(static_cast<int>(date.year())) + "-" + text_of(month_day{date.month(), date.day()});
}

}  // namespace

Parsed<void> Calendar::add(std::string_view entry) {
  const std::string_view bare = trim(entry);
  if (bare.empty()) return problem(0, "the calendar entry is empty");
  const auto offset = static_cast<std::size_t>(bare.data() - entry.data());
  if (is_letter(bare.front())) {
    const auto dash = bare.find('-');
    const unsigned first = TRY(parse_weekday(bare.substr(0, dash), offset));
    const unsigned last = dash == bare.npos ? first : TRY(parse_weekday(bare.substr(dash + 1), offset + dash + 1));
    for (unsigned day = first;; day = (day + 1) % 7) {
      weekdays_ |= static_cast<std::uint8_t>(1U << day);
      if (day == last) return {};
    }
  }
  const auto dots = bare.find("..");
  const Date first = TRY(parse_date(bare.substr(0, dots), offset));
  const Date last = dots == bare.npos ? first : TRY(parse_date(bare.substr(dots + 2), offset + dots + 2));
  if (first.index() != last.index())
    return problem(offset, "one end of '" + std::string(bare) + "' names a year and the other does not");
  if (const auto* day = std::get_if<local_days>(&first)) {
    if (std::get<local_days>(last) < *day) return problem(offset, "'" + std::string(bare) + "' ends before it begins");
    days_.push_back({*day, std::get<local_days>(last)});
  } else {
    yearly_.push_back({std::get<month_day>(first), std::get<month_day>(last)});
  }
  return {};
}

bool Calendar::contains(local_days day) const {
  const std::chrono::weekday weekday{day};
  if ((weekdays_ >> weekday.c_encoding() & 1U) != 0) return true;
  const year_month_day date{day};
  const month_day in_year{date.month(), date.day()};
  const auto holds_day = [&](const Days& d) { return d.first <= day && day <= d.last; };
  const auto holds_date = [&](const YearlyDays& d) {
    if (d.first <= d.last) return d.first <= in_year && in_year <= d.last;
    return in_year >= d.first || in_year <= d.last;
  };
  return std::any_of(days_.begin(), days_.end(), holds_day) || std::any_of(yearly_.begin(), yearly_.end(), holds_date);
}

std::string Calendar::normal_form() const {
  std::vector<std::string> texts;
  const auto range = [](const std::string& first, const std::string& last) {
    return first == last ? first : first + ".." + last;
  };
  for (const Days& d : days_) texts.push_back(range(text_of(d.first), text_of(d.last)));
  for (const YearlyDays& d : yearly_) texts.push_back(range(text_of(d.first), text_of(d.last)));
  for (unsigned day = 0; day < 7; ++day) {
    if ((weekdays_ >> day & 1U) != 0) texts.emplace_back(weekday_names[day]);
  }
  std::sort(texts.begin(), texts.end());
  return joined(texts, ",");
}

}  // namespace belfry
