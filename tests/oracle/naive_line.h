// A cron line made up together with what it means: sets of values and a naive test of a day. The text goes to the
// parser, the meaning to the oracle; neither is made from the other.
#pragma once

#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <tests/oracle/naive_zone.h>

namespace oracle {

struct Date {
  int year, month, day;
  int weekday;  // Sunday is 0
  int length;   // days of the month
};
Date date_of(Reading reading);

struct DayTerm {
  enum class Kind { day, from_end, nearest_weekday, last_weekday, weekday, nth_weekday, last_of_weekday };
  Kind kind;
  int value = 0;
  int n = 0;

  bool holds(const Date& date) const;
};

struct NaiveLine {
  std::string text;
  std::set<int> seconds{0}, minutes, hours, months, years;  // no year: any
  std::vector<DayTerm> days, weekdays;
  bool any_day = false, any_weekday = false;  // the field is * or ?
  bool both = false;                          // both day fields must hold
  bool fixed = true;                          // neither minute nor hour begins with *

  bool holds_day(Reading reading) const;
  bool holds(Reading reading) const;
};

// Weighted to the nasty corners: ends of ranges, steps that do not divide, short months, leap days, both day fields.
class LineMaker {
 public:
  explicit LineMaker(std::uint64_t seed) : random_(seed) {}

  NaiveLine any();

  // Minutes and hours around the time of day `hour`, every day: what changes of the clock bear on.
  NaiveLine around(int hour, int minute);

  int pick(int min, int max) { return std::uniform_int_distribution<int>(min, max)(random_); }

 private:
  struct Field {
    std::string text;
    std::set<int> values;
    bool starred = false;
  };
  Field plain(int min, int max);
  Field item(int min, int max);
  std::string day_term(std::vector<DayTerm>& terms);
  std::string weekday_term(std::vector<DayTerm>& terms);

  std::mt19937_64 random_;
};

}  // namespace oracle
