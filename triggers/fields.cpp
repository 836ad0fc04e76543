#include <algorithm>
#include <bit>

#include <triggers/fields.h>

namespace belfry {

namespace {

using std::chrono::local_days;
using std::chrono::year;
using std::chrono::year_month;
using std::chrono::year_month_day;

constexpr int cycle_years = 400;  // then the calendar, weekdays included, begins again

unsigned length_of(int year, unsigned month) {
  constexpr std::array<std::uint8_t, 13> lengths{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && std::chrono::year{year}.is_leap() ? 29 : lengths[month];
}

}  // namespace

// A month and its shape: the masks of days below are in terms of it.
struct Fields::Month {
  int year;
  unsigned month;
  local_days first;        // its first day
  unsigned length;         // in days
  unsigned first_weekday;  // of the first day, Sunday is 0

  Month(int y, unsigned m, local_days first_day)
      : year(y),
        month(m),
        first(first_day),
        length(length_of(y, m)),
        first_weekday(std::chrono::weekday{first_day}.c_encoding()) {}
  // The month of `day`, whose date is `date`.
  Month(local_days day, year_month_day date)
      : Month(static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
              day - std::chrono::days{static_cast<unsigned>(date.day()) - 1}) {}
  explicit Month(year_month_day date) : Month(local_days{date}, date) {}

  std::uint32_t valid() const { return static_cast<std::uint32_t>((std::uint64_t{2} << length) - 2); }
  unsigned weekday_of(unsigned day) const { return (first_weekday + day - 1) % 7; }

  // The days whose weekday is in the mask.
  std::uint32_t on_weekdays(std::uint8_t mask) const {
    const std::uint64_t rotated = ((mask | static_cast<std::uint32_t>(mask) << 7U) >> first_weekday) & 0x7fU;
    constexpr std::uint64_t every_seventh = 1U | 1U << 7U | 1U << 14U | 1U << 21U | 1U << 28U;
    return static_cast<std::uint32_t>(rotated * every_seventh << 1U) & valid();
  }

  // The weekday from Monday to Friday nearest to `day`, inside the month. REQUIRES: a day of this month.
  unsigned nearest_weekday(unsigned day) const {
    switch (weekday_of(day)) {
      case 6:
        return day == 1 ? 3 : day - 1;
      case 0:
        return day == length ? day - 2 : day + 1;
      default:
        return day;
    }
  }

  std::uint32_t rare_days(const RareFields& rare) const;
  std::uint32_t rare_weekdays(const RareFields& rare) const;
};

std::uint32_t Fields::Month::rare_days(const RareFields& rare) const {
  std::uint32_t mask = 0;
  for (std::uint32_t rest = rare.days_from_end; rest != 0; rest &= rest - 1) {
    if (lowest(rest) < length) mask |= 1U << (length - lowest(rest));
  }
  for (std::uint32_t rest = rare.nearest_weekday & valid(); rest != 0; rest &= rest - 1) {
    mask |= 1U << nearest_weekday(lowest(rest));
  }
  if (rare.last_weekday) mask |= 1U << nearest_weekday(length);
  return mask;
}

std::uint32_t Fields::Month::rare_weekdays(const RareFields& rare) const {
  std::uint32_t mask = on_weekdays(rare.last_of_weekday) & ~((2U << (length - 7)) - 1);
  for (unsigned n = 0; n < rare.nth_of_weekday.size(); ++n) {
    mask |= on_weekdays(rare.nth_of_weekday[n]) & static_cast<std::uint32_t>(std::uint64_t{0xfe} << (7 * n));
  }
  return mask;
}

std::uint32_t Fields::days_of(const Month& month) const {
  std::uint32_t by_day = days & month.valid();
  std::uint32_t by_weekday = month.on_weekdays(weekdays);
  if (rare) {
    by_day |= month.rare_days(*rare);
    by_weekday |= month.rare_weekdays(*rare);
  }
  return day_rule == DayRule::either ? by_day | by_weekday : by_day & by_weekday;
}

std::uint32_t Fields::days_of(year_month month) const { return days_of(Month(month / 1)); }

bool Fields::has_year(int year) const { return !rare || !rare->names_years() || rare->has_year(year); }

bool Fields::has_month(const Month& month) const { return (months >> month.month & 1U) != 0 && has_year(month.year); }

// The next month that is named; nothing after the last year that is.
std::optional<Fields::Month> Fields::month_after(const Month& month) const {
  const std::uint64_t later = has_year(month.year) ? from_bit(months, month.month + 1) : 0;
  if (later != 0) {
    if (lowest(later) == month.month + 1) {
      return Month(month.year, month.month + 1, month.first + std::chrono::days{month.length});
    }
    return Month(year{month.year} / std::chrono::month{lowest(later)} / 1);
  }
  int next_year = month.year + 1;
  if (rare && rare->names_years()) {
    next_year = std::max(next_year, RareFields::year_min);
    while (next_year <= RareFields::year_max && !rare->has_year(next_year)) ++next_year;
    if (next_year > RareFields::year_max) return std::nullopt;
  }
  return Month(year{next_year} / std::chrono::month{lowest(months)} / 1);
}

std::optional<LocalSecond> Fields::first_from_dated(local_days today, Second second) const {
  const year_month_day date{today};
  Month month(today, date);
  const int last_year = std::max(month.year + cycle_years, RareFields::year_max);
  std::uint64_t here = has_month(month) ? from_bit(days_of(month), static_cast<unsigned>(date.day())) : 0;
  if ((here >> static_cast<unsigned>(date.day()) & 1U) != 0) {
    if (const auto time = time_from(second)) return today + std::chrono::seconds{*time};
    here &= here - 1;
  }
  while (here == 0) {
    const auto next = month_after(month);
    if (!next || next->year > last_year) return std::nullopt;
    month = *next;
    here = days_of(month);
  }
  return month.first + std::chrono::days{lowest(here) - 1} + std::chrono::seconds{first_time()};
}

std::int64_t Fields::times_per_day() const {
  return std::int64_t{std::popcount(hours)} * std::popcount(minutes) * std::popcount(seconds);
}

std::int64_t Fields::times_before(Second second) const {
  const auto below = [](std::uint64_t mask, unsigned bit) {
    return std::int64_t{std::popcount(mask & ((std::uint64_t{1} << bit) - 1))};
  };
  const unsigned hour = second / 3600;
  const unsigned minute = second / 60 % 60;
  const std::int64_t per_minute = std::popcount(seconds);
  const std::int64_t per_hour = std::popcount(minutes) * per_minute;
  std::int64_t total = below(hours, hour) * per_hour;
  if ((hours >> hour & 1U) == 0) return total;
  total += below(minutes, minute) * per_minute;
  if ((minutes >> minute & 1U) == 0) return total;
  return total + below(seconds, second % 60);
}

std::int64_t Fields::days_before(local_days from, local_days until) const {
  std::int64_t total = 0;
  const year_month_day begin{from};
  std::uint64_t allowed = ~std::uint64_t{0} << static_cast<unsigned>(begin.day());
  for (std::optional<Month> month(begin); month && month->first < until; month = month_after(*month)) {
    const auto days_left = (until - month->first).count();
    if (days_left < 31) allowed &= (std::uint64_t{2} << days_left) - 1;
    if (has_month(*month)) total += std::popcount(days_of(*month) & allowed);
    allowed = ~std::uint64_t{0};
  }
  return total;
}

std::int64_t Fields::count(LocalSecond from, LocalSecond until) const {
  if (from >= until) return 0;
  const local_days first = std::chrono::floor<std::chrono::days>(from);
  const local_days last = std::chrono::floor<std::chrono::days>(until);
  const auto of_day_before = [&](local_days day, LocalSecond end) {
    if (days_before(day, day + std::chrono::days{1}) == 0) return std::int64_t{0};
    return times_before(static_cast<Second>((end - day).count()));
  };
  return days_before(first, last) * times_per_day() + of_day_before(last, until) - of_day_before(first, from);
}

bool Fields::ever_matches() const {
  if (hours == 0 || minutes == 0 || seconds == 0 || months == 0) return false;
  const local_days start{year{RareFields::year_min} / 1 / 1};
  return first_from(start).has_value();
}

}  // namespace belfry
