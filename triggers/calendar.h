// Calendars: named sets of days, for `exclude:` and `only:` (S10).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <triggers/parse.h>

namespace belfry {

class Calendar {
 public:
  explicit Calendar(std::string name) : name_(std::move(name)) {}

  // Adds an entry as it stands in the file:
  //   2027-03-26                  a day                    01-01            a day of every year
  //   2026-12-18..2027-01-04      days, both included      12-24..01-02     of every year, also over its end
  //   SAT, FRI-MON                weekdays of every week; ranges wrap
  Parsed<void> add(std::string_view entry);

  const std::string& name() const { return name_; }
  bool contains(std::chrono::local_days day) const;

  // The entries in one canonical text, for the normal form of schedules.
  std::string normal_form() const;

 private:
  struct Days {
    std::chrono::local_days first, last;
    auto operator<=>(const Days&) const = default;
  };
  struct YearlyDays {
    std::chrono::month_day first, last;  // last < first: over the end of the year
    auto operator<=>(const YearlyDays&) const = default;
  };

  std::string name_;
  std::vector<Days> days_;
  std::vector<YearlyDays> yearly_;
  std::uint8_t weekdays_ = 0;  // bit w, Sunday is 0
};

}  // namespace belfry
