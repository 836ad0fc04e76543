#include <bit>

#include <triggers/fields.h>

namespace belfry {

namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::month;
using std::chrono::seconds;
using std::chrono::year;
using std::chrono::year_month;
using std::chrono::year_month_day;

constexpr std::uint32_t second_per_hour = 3600;
constexpr std::uint32_t second_per_minute = 60;
constexpr int cycle_years = 400;  // then the calendar, weekdays included, begins again

unsigned lowest(std::uint64_t mask) { return static_cast<unsigned>(std::countr_zero(mask)); }

// The bits of `mask` at `from` and above.
std::uint64_t from_bit(std::uint64_t mask, unsigned from) { return from >= 64 ? 0 : mask >> from << from; }

// A month's shape: the masks of days below are in terms of it.
struct Shape {
  unsigned length;         // days
  unsigned first_weekday;  // of day 1, Sunday is 0

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
};

Shape shape_of(year_month m) {
  const std::chrono::weekday first{local_days{m / 1}};
  return {.length = static_cast<unsigned>((m / std::chrono::last).day()), .first_weekday = first.c_encoding()};
}

std::uint32_t rare_days(const RareFields& rare, const Shape& shape) {
  std::uint32_t mask = 0;
  for (std::uint32_t rest = rare.days_from_end; rest != 0; rest &= rest - 1) {
    if (lowest(rest) < shape.length) mask |= 1U << (shape.length - lowest(rest));
  }
  for (std::uint32_t rest = rare.nearest_weekday & shape.valid(); rest != 0; rest &= rest - 1) {
    mask |= 1U << shape.nearest_weekday(lowest(rest));
  }
  if (rare.last_weekday) mask |= 1U << shape.nearest_weekday(shape.length);
  return mask;
}

std::uint32_t rare_weekdays(const RareFields& rare, const Shape& shape) {
  std::uint32_t mask = shape.on_weekdays(rare.last_of_weekday) & ~((2U << (shape.length - 7)) - 1);
  for (unsigned n = 0; n < rare.nth_of_weekday.size(); ++n) {
    mask |= shape.on_weekdays(rare.nth_of_weekday[n]) & static_cast<std::uint32_t>(std::uint64_t{0xfe} << (7 * n));
  }
  return mask;
}

}  // namespace

std::uint32_t Fields::days_of(year_month m) const {
  const Shape shape = shape_of(m);
  std::uint32_t by_day = days & shape.valid();
  std::uint32_t by_weekday = shape.on_weekdays(weekdays);
  if (rare) {
    by_day |= rare_days(*rare, shape);
    by_weekday |= rare_weekdays(*rare, shape);
  }
  return day_rule == DayRule::either ? by_day | by_weekday : by_day & by_weekday;
}

Fields::Second Fields::first_time() const {
  return lowest(hours) * second_per_hour + lowest(minutes) * second_per_minute + lowest(seconds);
}

std::optional<Fields::Second> Fields::time_from(Second from) const {
  const unsigned hour = from / second_per_hour;
  const unsigned minute = from / second_per_minute % 60;
  if ((hours >> hour & 1U) != 0) {
    const Second hour_begin = hour * second_per_hour;
    if ((minutes >> minute & 1U) != 0) {
      const std::uint64_t here = from_bit(seconds, from % 60);
      if (here != 0) return hour_begin + minute * second_per_minute + lowest(here);
    }
    const std::uint64_t later = from_bit(minutes, minute + 1);
    if (later != 0) return hour_begin + lowest(later) * second_per_minute + lowest(seconds);
  }
  const std::uint64_t later = from_bit(hours, hour + 1);
  if (later == 0) return std::nullopt;
  return lowest(later) * second_per_hour + lowest(minutes) * second_per_minute + lowest(seconds);
}

std::optional<year_month> Fields::month_after(year_month m) const {
  const std::uint64_t later = from_bit(months, static_cast<unsigned>(m.month()) + 1);
  if (later != 0) return m.year() / month{lowest(later)};
  year next = m.year() + std::chrono::years{1};
  if (rare && rare->names_years()) {
    if (next < year{RareFields::year_min}) next = year{RareFields::year_min};
    while (!rare->has_year(static_cast<int>(next))) {
      if (static_cast<int>(next) > RareFields::year_max) return std::nullopt;
      ++next;
    }
  }
  return next / month{lowest(months)};
}

std::optional<local_days> Fields::day_after(year_month_day date) const {
  year_month m = date.year() / date.month();
  const year last_year = m.year() + std::chrono::years{cycle_years};
  std::uint64_t allowed = ~((std::uint64_t{2} << static_cast<unsigned>(date.day())) - 1);
  const bool is_month_in = (months >> static_cast<unsigned>(m.month()) & 1U) != 0 &&
                           (!rare || !rare->names_years() || rare->has_year(static_cast<int>(m.year())));
  if (!is_month_in) allowed = 0;
  for (;;) {
    const std::uint64_t here = allowed == 0 ? 0 : days_of(m) & allowed;
    if (here != 0) return local_days{m / std::chrono::day{lowest(here)}};
    const auto next = month_after(m);
    if (!next || next->year() > last_year) return std::nullopt;
    m = *next;
    allowed = ~std::uint64_t{0};
  }
}

std::optional<LocalSecond> Fields::first_from(LocalSecond from) const {
  const local_days day = std::chrono::floor<std::chrono::days>(from);
  const auto candidate_day = day_after(year_month_day{day - std::chrono::days{1}});
  if (!candidate_day) return std::nullopt;
  if (*candidate_day > day) return *candidate_day + std::chrono::seconds{first_time()};
  if (const auto time = time_from(static_cast<Second>((from - day).count()))) return day + std::chrono::seconds{*time};
  const auto next_day = day_after(year_month_day{day});
  if (!next_day) return std::nullopt;
  return *next_day + std::chrono::seconds{first_time()};
}

std::int64_t Fields::times_per_day() const {
  return std::int64_t{std::popcount(hours)} * std::popcount(minutes) * std::popcount(seconds);
}

std::int64_t Fields::times_before(Second second) const {
  const auto below = [](std::uint64_t mask, unsigned bit) {
    return std::int64_t{std::popcount(mask & ((std::uint64_t{1} << bit) - 1))};
  };
  const unsigned hour = second / second_per_hour;
  const unsigned minute = second / second_per_minute % 60;
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
  for (year_month m = begin.year() / begin.month(); local_days{m / 1} < until; m += std::chrono::months{1}) {
    if ((months >> static_cast<unsigned>(m.month()) & 1U) == 0) continue;
    if (rare && rare->names_years() && !rare->has_year(static_cast<int>(m.year()))) continue;
    std::uint64_t mask = days_of(m);
    if (m == begin.year() / begin.month()) mask = from_bit(mask, static_cast<unsigned>(begin.day()));
    const auto length = (until - local_days{m / 1}).count();  // of the part of the month before `until`
    if (length < 31) mask &= (std::uint64_t{2} << length) - 1;
    total += std::popcount(mask);
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
