// Fields: the set of local readings that a cron line or a systemd calendar line names, compiled to bit masks.
//
// Works on readings alone, in whole seconds: zones and their changes are the business of FieldsTrigger. All searches
// take a bounded time (400 years of months at worst), allocate nothing and use the proleptic Gregorian calendar.
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace belfry {

using LocalSecond = std::chrono::local_seconds;

// What most lines do not have; kept apart so that a Fields stays small.
struct RareFields {
  static constexpr int year_min = 1970;
  static constexpr int year_max = 2199;
  static constexpr std::size_t year_count = year_max - year_min + 1;

  std::uint32_t days_from_end = 0;               // bit n: the day n days before the last one: L is 0, L-3 is 3
  std::uint32_t nearest_weekday = 0;             // bit d: the weekday (Monday to Friday) nearest to day d: 15W
  bool last_weekday = false;                     // LW: the last of Monday to Friday
  std::uint8_t last_of_weekday = 0;              // bit w: FRI#L
  std::array<std::uint8_t, 5> nth_of_weekday{};  // [n-1] bit w: FRI#3
  std::array<std::uint64_t, 4> years{};          // bit (year - year_min); all zero: any year

  bool names_years() const { return years != std::array<std::uint64_t, 4>{}; }
  bool has_year(int year) const {
    const auto bit = static_cast<std::size_t>(year - year_min);
    return year >= year_min && year <= year_max && (years[bit / 64] >> (bit % 64) & 1U) != 0;
  }
  void add_year(int year) {
    const auto bit = static_cast<std::size_t>(year - year_min);
    years[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
  bool names_days() const { return days_from_end != 0 || nearest_weekday != 0 || last_weekday; }
  bool names_weekdays() const { return last_of_weekday != 0 || nth_of_weekday != std::array<std::uint8_t, 5>{}; }

  bool operator==(const RareFields&) const = default;
};

// How a day of the month and a weekday go together.
enum class DayRule : std::uint8_t {
  both,    // a day must satisfy both fields
  either,  // cron's rule where both fields are restricted
};

class Fields {
 public:
  std::unique_ptr<const RareFields> rare;  // null: none
  std::uint64_t seconds = 1;
  std::uint64_t minutes = 0;
  std::uint32_t hours = 0;
  std::uint32_t days = 0;     // bit d, 1 to 31
  std::uint16_t months = 0;   // bit m, 1 to 12
  std::uint8_t weekdays = 0;  // bit w, Sunday is 0
  DayRule day_rule = DayRule::both;

  static constexpr std::uint64_t all_seconds = (std::uint64_t{1} << 60U) - 1;
  static constexpr std::uint64_t all_minutes = all_seconds;
  static constexpr std::uint32_t all_hours = (1U << 24U) - 1;
  static constexpr std::uint32_t all_days = 0xfffffffeU;
  static constexpr std::uint16_t all_months = 0x1ffe;
  static constexpr std::uint8_t all_weekdays = 0x7f;

  // The first matching reading at or after `from`.
  std::optional<LocalSecond> first_from(LocalSecond from) const;

  // How many matching readings lie in [from, until). Walks months, not readings.
  std::int64_t count(LocalSecond from, LocalSecond until) const;

  bool matches(LocalSecond reading) const { return first_from(reading) == reading; }

  // The matching days of a month: bit d.
  std::uint32_t days_of(std::chrono::year_month month) const;

  // Whether any reading matches at all, ever.
  bool ever_matches() const;

 private:
  using Second = std::uint32_t;  // of the day
  struct Month;

  static unsigned lowest(std::uint64_t mask) { return static_cast<unsigned>(std::countr_zero(mask)); }
  // The bits of `mask` at `from` and above.
  static std::uint64_t from_bit(std::uint64_t mask, unsigned from) { return from >= 64 ? 0 : mask >> from << from; }

  std::optional<Second> time_from(Second from) const;
  Second first_time() const;
  std::int64_t times_before(Second second) const;
  std::int64_t times_per_day() const;
  bool is_weekly() const {
    return days == all_days && months == all_months && day_rule == DayRule::both && weekdays != 0 && !rare;
  }
  LocalSecond first_from_weekly(std::chrono::local_days today, Second second) const;
  std::optional<LocalSecond> first_from_dated(std::chrono::local_days today, Second second) const;
  bool has_year(int year) const;
  bool has_month(const Month& month) const;
  std::uint32_t days_of(const Month& month) const;
  std::optional<Month> month_after(const Month& month) const;
  std::int64_t days_before(std::chrono::local_days from, std::chrono::local_days until) const;
};

// Inline, because most due times are found by these alone.

inline Fields::Second Fields::first_time() const {
  return lowest(hours) * 3600 + lowest(minutes) * 60 + lowest(seconds);
}

inline std::optional<Fields::Second> Fields::time_from(Second from) const {
  const unsigned hour = from / 3600;
  const unsigned minute = from / 60 % 60;
  if ((hours >> hour & 1U) != 0) {
    const Second hour_begin = hour * 3600;
    if ((minutes >> minute & 1U) != 0) {
      const std::uint64_t here = from_bit(seconds, from % 60);
      if (here != 0) return hour_begin + minute * 60 + lowest(here);
    }
    const std::uint64_t later = from_bit(minutes, minute + 1);
    if (later != 0) return hour_begin + lowest(later) * 60 + lowest(seconds);
  }
  const std::uint64_t later = from_bit(hours, hour + 1);
  if (later == 0) return std::nullopt;
  return lowest(later) * 3600 + lowest(minutes) * 60 + lowest(seconds);
}

// Where only weekdays decide, no date needs to be known.
inline LocalSecond Fields::first_from_weekly(std::chrono::local_days today, Second second) const {
  const unsigned weekday = std::chrono::weekday{today}.c_encoding();
  const std::uint64_t from_today = (weekdays | std::uint64_t{weekdays} << 7U) >> weekday;
  if ((from_today & 1U) != 0) {
    if (const auto time = time_from(second)) return today + std::chrono::seconds{*time};
  }
  const unsigned days_ahead = lowest(from_today >> 1U) + 1;
  return today + std::chrono::days{days_ahead} + std::chrono::seconds{first_time()};
}

inline std::optional<LocalSecond> Fields::first_from(LocalSecond from) const {
  const auto today = std::chrono::floor<std::chrono::days>(from);
  const auto second = static_cast<Second>((from - today).count());
  if (is_weekly()) return first_from_weekly(today, second);
  return first_from_dated(today, second);
}

}  // namespace belfry
