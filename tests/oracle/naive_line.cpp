#include <array>

#include <tests/oracle/naive_line.h>

namespace oracle {

namespace {

bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int length_of(int year, int month) {
  constexpr std::array<int, 12> lengths{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : lengths.at(static_cast<std::size_t>(month - 1));
}

constexpr std::array<const char*, 7> weekday_names{"SUN", "mon", "TUE", "Wed", "THU", "FRI", "SAT"};
constexpr std::array<const char*, 12> month_names{"JAN", "feb", "MAR", "APR", "MAY", "JUN",
                                                  "JUL", "AUG", "SEP", "Oct", "NOV", "DEC"};

}  // namespace

// Counts years and months from 1600 on, the slow way.
Date date_of(Reading reading) {
  std::int64_t days = reading / 86400 - (reading % 86400 < 0 ? 1 : 0);
  static std::int64_t last_days = days - 1;  // most questions are about the day of the one before
  static Date last{};
  if (days == last_days) return last;
  last_days = days;
  const int weekday = static_cast<int>(((days + 4) % 7 + 7) % 7);
  int year = 1970;
  while (days < 0) days += is_leap(--year) ? 366 : 365;
  while (days >= (is_leap(year) ? 366 : 365)) days -= is_leap(year++) ? 366 : 365;
  int month = 1;
  while (days >= length_of(year, month)) days -= length_of(year, month++);
  last = {year, month, static_cast<int>(days) + 1, weekday, length_of(year, month)};
  return last;
}

bool DayTerm::holds(const Date& date) const {
  const bool is_working_day = date.weekday >= 1 && date.weekday <= 5;
  const auto weekday_of = [&](int day) { return ((date.weekday + day - date.day) % 7 + 7) % 7; };
  switch (kind) {
    case Kind::day:
      return date.day == value;
    case Kind::from_end:
      return date.day == date.length - value;
    case Kind::weekday:
      return date.weekday == value;
    case Kind::nth_weekday:
      return date.weekday == value && (date.day + 6) / 7 == n;
    case Kind::last_of_weekday:
      return date.weekday == value && date.day + 7 > date.length;
    case Kind::last_weekday: {
      int last = date.length;
      while (weekday_of(last) == 0 || weekday_of(last) == 6) --last;
      return date.day == last;
    }
    case Kind::nearest_weekday:
      break;
  }
  if (value > date.length || !is_working_day) return false;
  // The working day of this month that is nearest to `value`; there are never two.
  int best = 0;
  for (int day = 1; day <= date.length; ++day) {
    if (weekday_of(day) == 0 || weekday_of(day) == 6) continue;
    if (best == 0 || std::abs(day - value) < std::abs(best - value)) best = day;
  }
  return date.day == best;
}

bool NaiveLine::holds_day(Reading reading) const {
  const Date date = date_of(reading);
  if (!months.contains(date.month)) return false;
  if (!years.empty() && !years.contains(date.year)) return false;
  bool day = any_day, weekday = any_weekday;
  for (const DayTerm& term : days) day |= term.holds(date);
  for (const DayTerm& term : weekdays) weekday |= term.holds(date);
  return both ? day && weekday : day || weekday;
}

bool NaiveLine::holds(Reading reading) const {
  const auto second = static_cast<int>((reading % 86400 + 86400) % 86400);
  return seconds.contains(second % 60) && minutes.contains(second / 60 % 60) && hours.contains(second / 3600) &&
         holds_day(reading);
}

LineMaker::Field LineMaker::item(int min, int max) {
  const int size = max - min + 1;
  const int kind = pick(0, 9);
  const auto step_of = [&] { return pick(0, 2) == 0 ? pick(1, size) : pick(1, std::max(2, size / 4)); };
  Field field;
  const auto add = [&](int first, int last, int step) {
    for (int value = first; value <= last; value += step) field.values.insert(value);
  };
  if (kind <= 1) {
    const int step = step_of();
    field = {.text = "*/" + std::to_string(step), .values = {}, .starred = true};
    add(min, max, step);
  } else if (kind <= 4) {
    const int a = pick(min, max), b = pick(a, max);
    const int step = pick(0, 1) == 0 ? 1 : step_of();
    field.text = std::to_string(a) + "-" + std::to_string(b) + (step == 1 ? "" : "/" + std::to_string(step));
    add(a, b, step);
  } else if (kind == 5) {
    const int a = pick(min, max), step = step_of();
    field.text = std::to_string(a) + "/" + std::to_string(step);
    add(a, max, step);
  } else {
    const std::array<int, 4> corners{min, max, pick(min, max), pick(min, max)};
    const int value = corners.at(static_cast<std::size_t>(pick(0, 3)));
    field.text = (value < 10 && pick(0, 3) == 0 ? "0" : "") + std::to_string(value);
    field.values = {value};
  }
  return field;
}

LineMaker::Field LineMaker::plain(int min, int max) {
  if (pick(0, 3) == 0) {
    Field all{.text = "*", .values = {}, .starred = true};
    for (int value = min; value <= max; ++value) all.values.insert(value);
    return all;
  }
  Field field = item(min, max);
  for (int more = pick(0, 5); more > 3; --more) {
    const Field next = item(min, max);
    field.text += "," + next.text;
    field.values.insert(next.values.begin(), next.values.end());
  }
  return field;
}

std::string LineMaker::day_term(std::vector<DayTerm>& terms) {
  using Kind = DayTerm::Kind;
  switch (pick(0, 7)) {
    case 0:
      terms.push_back({Kind::from_end});
      return "L";
    case 1: {
      const int n = pick(0, 1) == 0 ? pick(1, 3) : pick(1, 30);
      terms.push_back({Kind::from_end, n});
      return "L-" + std::to_string(n);
    }
    case 2:
      terms.push_back({Kind::last_weekday});
      return "LW";
    case 3: {
      const std::array<int, 5> days{1, 2, 31, 30, pick(1, 31)};
      const int day = days.at(static_cast<std::size_t>(pick(0, 4)));
      terms.push_back({Kind::nearest_weekday, day});
      return std::to_string(day) + "W";
    }
    default: {
      const std::array<int, 5> days{1, 29, 30, 31, pick(1, 31)};
      const int day = days.at(static_cast<std::size_t>(pick(0, 4)));
      terms.push_back({Kind::day, day});
      return std::to_string(day);
    }
  }
}

std::string LineMaker::weekday_term(std::vector<DayTerm>& terms) {
  using Kind = DayTerm::Kind;
  const int day = pick(0, 6);
  const std::string name = pick(0, 1) == 0 ? weekday_names.at(static_cast<std::size_t>(day))
                                           : std::to_string(day == 0 && pick(0, 1) == 0 ? 7 : day);
  switch (pick(0, 4)) {
    case 0: {
      const int n = pick(1, 5);
      terms.push_back({Kind::nth_weekday, day, n});
      return name + "#" + std::to_string(n);
    }
    case 1:
      terms.push_back({Kind::last_of_weekday, day});
      return name + "#L";
    case 2: {
      const int last = pick(0, 6);  // names wrap
      for (int d = day;; d = (d + 1) % 7) {
        terms.push_back({Kind::weekday, d});
        if (d == last) break;
      }
      return std::string(weekday_names.at(static_cast<std::size_t>(day))) + "-" +
             weekday_names.at(static_cast<std::size_t>(last));
    }
    default:
      terms.push_back({Kind::weekday, day});
      return name;
  }
}

NaiveLine LineMaker::any() {
  NaiveLine line;
  const Field second = pick(0, 2) == 0 ? plain(0, 59) : Field{.text = "0", .values = {0}};
  const Field minute = plain(0, 59), hour = plain(0, 23);
  Field month = pick(0, 1) == 0 ? Field{.text = "*", .values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}} : plain(1, 12);
  if (pick(0, 4) == 0) month = {.text = "2", .values = {2}};
  if (pick(0, 6) == 0) {
    const int value = pick(1, 12);
    month = {.text = month_names.at(static_cast<std::size_t>(value - 1)), .values = {value}};
  }
  line.seconds = second.values;
  line.minutes = minute.values;
  line.hours = hour.values;
  line.months = month.values;
  line.fixed = !minute.starred && !hour.starred;
  // A list begins as its first item does; only that decides.
  line.fixed = minute.text.front() != '*' && hour.text.front() != '*';

  std::string day = pick(0, 5) == 0 ? "?" : "*", weekday = pick(0, 5) == 0 ? "?" : "*";
  line.any_day = pick(0, 2) == 0;
  line.any_weekday = pick(0, 2) == 0;
  bool star_step = false;
  if (!line.any_day && pick(0, 6) == 0) {
    const int step = pick(2, 15);
    for (int d = 1; d <= 31; d += step) line.days.push_back({DayTerm::Kind::day, d});
    day = "*/" + std::to_string(step);
    star_step = true;
  } else if (!line.any_day) {
    day = day_term(line.days);
    for (int more = pick(0, 5); more > 3; --more) day += "," + day_term(line.days);
  }
  bool plus = false;
  if (!line.any_weekday) {
    plus = pick(0, 3) == 0;
    weekday = (plus ? "+" : "") + weekday_term(line.weekdays);
    for (int more = pick(0, 5); more > 3; --more) weekday += "," + weekday_term(line.weekdays);
  }
  line.both = line.any_day || line.any_weekday || plus || star_step;

  const bool has_second = second.text != "0" || pick(0, 3) == 0;
  const bool has_year = pick(0, 7) == 0;
  if (has_second || has_year) line.text = second.text + " ";
  line.text += minute.text + " " + hour.text + " " + day + " " + month.text + " " + weekday;
  if (has_year) {
    const int first = pick(2020, 2040), last = first + pick(0, 12);
    for (int year = first; year <= last; ++year) line.years.insert(year);
    line.text += " " + std::to_string(first) + "-" + std::to_string(last);
  }
  return line;
}

NaiveLine LineMaker::around(int hour, int minute) {
  NaiveLine line;
  for (int month = 1; month <= 12; ++month) line.months.insert(month);
  line.any_day = line.any_weekday = line.both = true;
  const auto wrap = [](int value, int size) { return ((value % size) + size) % size; };
  const Field every_hour = plain(0, 23);
  switch (pick(0, 7)) {
    case 0:
      line.minutes = {minute};
      line.hours = {hour};
      line.text = std::to_string(minute) + " " + std::to_string(hour) + " * * *";
      break;
    case 1: {
      const int other = wrap(hour + pick(-1, 1), 24), other_minute = wrap(minute + pick(-1, 1), 60);
      line.minutes = {minute, other_minute};
      line.hours = {hour, other};
      line.text = std::to_string(minute) + "," + std::to_string(other_minute) + " " + std::to_string(hour) + "," +
                  std::to_string(other) + " * * *";
      break;
    }
    case 2: {
      const Field field = plain(0, 59);
      line.minutes = field.values;
      line.hours = {hour};
      line.fixed = field.text.front() != '*';
      line.text = field.text + " " + std::to_string(hour) + " * * *";
      break;
    }
    case 3:
      for (int m = 0; m < 60; ++m) line.minutes.insert(m);
      line.hours = {hour, wrap(hour + 1, 24)};
      line.text = "0-59 " + std::to_string(hour) + "," + std::to_string(wrap(hour + 1, 24)) + " * * *";
      break;
    case 4:
      line.minutes = {minute};
      line.hours = every_hour.values;
      line.fixed = every_hour.text.front() != '*';
      line.text = std::to_string(minute) + " " + every_hour.text + " * * *";
      break;
    default: {
      const Field minutes = plain(0, 59);
      line.minutes = minutes.values;
      line.hours = every_hour.values;
      line.fixed = minutes.text.front() != '*' && every_hour.text.front() != '*';
      line.text = minutes.text + " " + every_hour.text + " * * *";
    }
  }
  return line;
}

}  // namespace oracle
