// The rule at the end of a zone file: a POSIX TZ string, as `CET-1CEST,M3.5.0,M10.5.0/3`. It says what the offset is
// after the last change that the file lists, for ever. Pure.
//
// With the extensions of RFC 8536: hours of a rule go from -167 to 167 (`M3.5.0/-1` in Nuuk, `M3.4.4/50` in Gaza),
// which is why the reader of <date/ptz.h>, which refuses a negative one, does not serve here.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/error.h>
#include <belfry/zone.h>

namespace belfry {

class PosixRule {
 public:
  static Result<PosixRule> parse(std::string_view text);

  bool has_dst() const { return dst_.has_value(); }

  // The two changes of that year, in the order in which they happen. REQUIRES: has_dst().
  std::vector<Zone::Change> changes_of(std::chrono::year year) const;

 private:
  // A day of the year in one of three notations, and the time of that day by the clock in force before the change.
  struct Moment {
    enum class Notation { weekday_of_month, day_without_leap_day, day_with_leap_day };
    Notation notation = Notation::weekday_of_month;
    unsigned month = 1, week = 1, weekday = 0;  // M3.5.0: March, last, Sunday
    unsigned day = 0;                           // J60: 1 to 365; 60: 0 to 365
    std::chrono::seconds time = std::chrono::hours{2};

    std::chrono::sys_seconds in(std::chrono::year year) const;
  };
  struct Local {
    std::string abbreviation;
    std::chrono::seconds offset{0};
  };
  struct Dst : Local {
    Moment begins, ends;
  };
  class Reader;

  Local standard_;
  std::optional<Dst> dst_;
};

}  // namespace belfry
