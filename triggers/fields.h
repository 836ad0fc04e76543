// Fields: the set of local readings that a cron line or a systemd calendar line names, compiled to bit masks.
//
// Works on readings alone, in whole seconds: zones and their changes are the business of FieldsTrigger. All searches
// take a bounded time (400 years of months at worst), allocate nothing and use the proleptic Gregorian calendar.
#pragma once

#include <array>
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

  std::optional<Second> time_from(Second from) const;
  Second first_time() const;
  std::int64_t times_before(Second second) const;
  std::int64_t times_per_day() const;
  bool has_year(int year) const;
  bool has_month(const Month& month) const;
  std::uint32_t days_of(const Month& month) const;
  std::optional<Month> month_after(const Month& month) const;
  std::int64_t days_before(std::chrono::local_days from, std::chrono::local_days until) const;
};

}  // namespace belfry
