// A line is described in two halves: at which times of a day, and on which days. The first half decides between
// "At 02:30" and "Every 15 minutes"; the second follows it with a comma where that reads better.

#include <bit>
#include <cstdio>
#include <vector>

#include <triggers/describe.h>
#include <triggers/words.h>

namespace belfry {

namespace {

using Values = std::vector<unsigned>;

Values values_of(std::uint64_t mask) {
  Values values;
  for (; mask != 0; mask &= mask - 1) values.push_back(static_cast<unsigned>(std::countr_zero(mask)));
  return values;
}

// The distance between all neighbours, also from the last value of one round to the first of the next; 0 where it
// differs. 0, 15, 30, 45 of 60 give 15.
unsigned round_step(const Values& values, unsigned size) {
  if (values.size() == 1 || size % values.size() != 0) return 0;
  const unsigned step = size / static_cast<unsigned>(values.size());
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i] - values[i - 1] != step) return 0;
  }
  return values.front() < step ? step : 0;
}

// The distance between all neighbours, 0 where it differs or there are less than three.
unsigned plain_step(const Values& values) {
  if (values.size() < 3) return 0;
  for (std::size_t i = 2; i < values.size(); ++i) {
    if (values[i] - values[i - 1] != values[1] - values[0]) return 0;
  }
  return values[1] - values[0];
}

struct Run {
  unsigned first, last;
};

std::vector<Run> runs_of(const Values& values) {
  std::vector<Run> runs;
  for (const unsigned value : values) {
    if (!runs.empty() && runs.back().last + 1 == value) {
      runs.back().last = value;
    } else {
      runs.push_back({value, value});
    }
  }
  return runs;
}

std::vector<std::string> texts_of(const Values& values) {
  std::vector<std::string> texts;
  for (const unsigned value : values) texts.push_back(std::to_string(value));
  return texts;
}

std::string clock(unsigned hour, unsigned minute) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%02u:%02u", hour, minute);
  return buffer;
}

std::string clock(unsigned hour, unsigned minute, unsigned second) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%02u:%02u:%02u", hour, minute, second);
  return buffer;
}

std::string every(unsigned n, const std::string& unit) {
  return n == 1 ? "Every " + unit : "Every " + std::to_string(n) + " " + unit + "s";
}

// ---- Times ----

struct Times {
  Values hours, minutes, seconds;
  bool is_all_day() const { return hours.size() == 24; }
};

constexpr std::size_t times_listed_max = 6;

// " from 09:00 to 16:45 and from 20:00 to 20:45", with the first and last minute of each run of hours.
std::string hour_runs(const Times& times) {
  if (times.is_all_day()) return "";
  std::vector<std::string> texts;
  for (const Run& run : runs_of(times.hours)) {
    texts.push_back("from " + clock(run.first, times.minutes.front()) + " to " + clock(run.last, times.minutes.back()));
  }
  return " " + join(texts);
}

std::string list_of_times(const Times& times) {
  std::vector<std::string> texts;
  const bool shows_seconds = times.seconds != Values{0};
  for (const unsigned hour : times.hours) {
    for (const unsigned minute : times.minutes) {
      for (const unsigned second : times.seconds) {
        texts.push_back(shows_seconds ? clock(hour, minute, second) : clock(hour, minute));
      }
    }
  }
  return "At " + join(texts);
}

std::string minutes_past(const Times& times) {
  if (times.minutes.size() == 1 && times.minutes.front() == 0) return "";
  return " at " + join(texts_of(times.minutes)) + (times.minutes.back() == 1 ? " minute" : " minutes") + " past";
}

std::string hours_words(const Times& times) {
  if (times.is_all_day()) return "every hour";
  const std::vector<Run> runs = runs_of(times.hours);
  if (runs.size() == 1 && runs.front().last - runs.front().first >= 2) {
    return "every hour from " + clock(runs.front().first, 0) + " to " + clock(runs.front().last, 0);
  }
  std::vector<std::string> texts;
  for (const unsigned hour : times.hours) texts.push_back(clock(hour, 0));
  return join(texts);
}

// One minute of several hours.
std::string hourly(const Times& times) {
  const unsigned minute = times.minutes.front();
  if (const unsigned step = round_step(times.hours, 24); step != 0 && (step > 1 ? times.hours.front() == 0 : true)) {
    return every(step, "hour") + minutes_past(times);
  }
  const unsigned step = plain_step(times.hours);
  if (step == 0) return "";
  return every(step, "hour") + " from " + clock(times.hours.front(), minute) + " to " +
         clock(times.hours.back(), minute);
}

std::string minutely(const Times& times) {
  const unsigned step = round_step(times.minutes, 60);
  if (step == 0 || times.minutes.front() != 0) return "";
  const std::string text = every(step, "minute");
  if (runs_of(times.hours).size() <= 3) return text + hour_runs(times);
  if (const unsigned hour_step = round_step(times.hours, 24); hour_step > 1 && times.hours.front() == 0) {
    return text + " of every " + ordinal(hour_step) + " hour";
  }
  std::vector<std::string> hours;
  for (const unsigned hour : times.hours) hours.push_back(clock(hour, 0));
  return text + " of the hours " + join(hours);
}

std::string times_of_minutes(const Times& times) {
  if (times.hours.size() * times.minutes.size() <= (times.minutes.size() == 1 ? 3 : times_listed_max))
    return list_of_times(times);
  std::string text = times.minutes.size() == 1 ? hourly(times) : minutely(times);
  if (text.empty() && times.hours.size() * times.minutes.size() <= times_listed_max) text = list_of_times(times);
  if (!text.empty()) return text;
  if (times.minutes.size() == 1 && !times.is_all_day()) return list_of_times(times);
  return "At " + join(texts_of(times.minutes)) + (times.minutes.back() == 1 ? " minute" : " minutes") + " past " +
         hours_words(times);
}

std::string times_of(const Times& times) {
  if (times.seconds == Values{0}) return times_of_minutes(times);
  const std::size_t count = times.hours.size() * times.minutes.size() * times.seconds.size();
  if (count <= times_listed_max) return list_of_times(times);
  const unsigned step = round_step(times.seconds, 60);
  const bool is_every_minute = times.minutes.size() == 60 && times.is_all_day();
  std::string text = step != 0 && times.seconds.front() == 0
                         ? every(step, "second")
                         : "At second " + join(texts_of(times.seconds)) + " of the minute";
  if (is_every_minute) return text;
  if (times.minutes.size() == 60) return text + hour_runs(times);
  std::string minutes = times_of_minutes({.hours = times.hours, .minutes = times.minutes, .seconds = {0}});
  minutes.front() = static_cast<char>(minutes.front() | 0x20);
  return text + ", in the minutes " + minutes;
}

// ---- Days ----

std::string weekday_list(std::uint8_t mask) {
  // From Monday on, as people count.
  Values from_monday;
  for (unsigned day = 0; day < 7; ++day) {
    if ((unsigned{mask} >> (day + 1) % 7 & 1U) != 0) from_monday.push_back(day);
  }
  const auto name = [](unsigned day) { return std::string(weekday_name((day + 1) % 7)); };
  if (runs_of(from_monday).size() == 1 && from_monday.size() > 2)
    return name(from_monday.front()) + " to " + name(from_monday.back());
  std::vector<std::string> names;
  for (const unsigned day : from_monday) names.push_back(name(day));
  return join(names);
}

std::vector<std::string> rare_weekday_texts(const RareFields& rare) {
  std::vector<std::string> texts;
  for (unsigned n = 0; n < rare.nth_of_weekday.size(); ++n) {
    for (const unsigned day : values_of(rare.nth_of_weekday[n])) {
      texts.push_back("the " + ordinal_word(n + 1) + " " + std::string(weekday_name(day)));
    }
  }
  for (const unsigned day : values_of(rare.last_of_weekday))
    texts.push_back("the last " + std::string(weekday_name(day)));
  return texts;
}

std::vector<std::string> rare_day_texts(const RareFields& rare) {
  std::vector<std::string> texts;
  const auto last = static_cast<unsigned>(std::countr_one(rare.days_from_end));
  if (last > 2 && rare.days_from_end >> last == 0) {
    texts.push_back("the last " + std::to_string(last) + " days");
  } else {
    for (const unsigned n : values_of(rare.days_from_end)) {
      texts.push_back(n == 0   ? "the last day"
                      : n == 1 ? "the last day but one"
                               : "the last day but " + std::to_string(n));
    }
  }
  for (const unsigned day : values_of(rare.nearest_weekday))
    texts.push_back("the weekday nearest to the " + ordinal(day));
  if (rare.last_weekday) texts.push_back("the last weekday");
  return texts;
}

// "the 1st, the 15th and the last day"
std::string month_days(const Fields& fields) {
  std::vector<std::string> texts;
  for (const Run& run : runs_of(values_of(fields.days))) {
    if (run.last > run.first + 1) {
      texts.push_back("the " + ordinal(run.first) + " to the " + ordinal(run.last));
    } else {
      for (unsigned day = run.first; day <= run.last; ++day) texts.push_back("the " + ordinal(day));
    }
  }
  if (fields.rare) {
    for (std::string& text : rare_day_texts(*fields.rare)) texts.push_back(std::move(text));
  }
  return join(texts);
}

std::string weekdays_of_month(const Fields& fields) {
  return fields.rare ? join(rare_weekday_texts(*fields.rare)) : std::string();
}

std::string months_of(const Fields& fields) {
  if (fields.months == Fields::all_months) return "";
  const Values months = values_of(fields.months);
  if (runs_of(months).size() == 1 && months.size() > 2) {
    return " from " + std::string(month_name(months.front())) + " to " + std::string(month_name(months.back()));
  }
  std::vector<std::string> names;
  for (const unsigned month : months) names.emplace_back(month_name(month));
  return " in " + join(names);
}

std::string years_of(const Fields& fields) {
  if (!fields.rare || !fields.rare->names_years()) return "";
  std::vector<std::string> texts;
  for (int year = RareFields::year_min; year <= RareFields::year_max; ++year) {
    if (!fields.rare->has_year(year)) continue;
    const int first = year;
    while (fields.rare->has_year(year + 1)) ++year;
    texts.push_back(first == year ? std::to_string(first) : std::to_string(first) + " to " + std::to_string(year));
  }
  return " in " + join(texts);
}

bool is_last_week_and_one_weekday(const Fields& fields) {
  return fields.day_rule == DayRule::both && fields.days == 0 && fields.rare && fields.rare->days_from_end == 0x7f &&
         fields.rare->nearest_weekday == 0 && !fields.rare->last_weekday && std::popcount(fields.weekdays) == 1 &&
         !fields.rare->names_weekdays();
}

// "on the 13th of the month", with the months where they are named.
std::string of_month(const std::string& days, const Fields& fields) {
  const std::string months = months_of(fields);
  return " on " + days + (months.empty() ? " of the month" : months);
}

std::string one_date(const Fields& fields) {
  return " on " + std::to_string(std::countr_zero(fields.days)) + " " +
         std::string(month_name(values_of(fields.months).front()));
}

enum class Opening { at, every };

std::string days_of(const Fields& fields, Opening opening) {
  const bool any_day = fields.days == Fields::all_days;
  const bool any_weekday = fields.weekdays == Fields::all_weekdays;
  const bool rare_days = fields.rare && fields.rare->names_days();
  const std::string numbered = weekdays_of_month(fields);
  const std::string weekly = fields.weekdays == 0 ? "" : weekday_list(fields.weekdays);
  if (fields.day_rule == DayRule::either) {
    std::vector<std::string> choices{month_days(fields)};
    if (!numbered.empty()) choices.push_back(numbered);
    const std::string by_date = of_month(join(choices, " or "), fields);
    return weekly.empty() ? by_date : by_date + ", or on " + weekly;
  }
  const std::string months = months_of(fields);
  if (any_day && any_weekday) return (opening == Opening::at ? " every day" : months.empty() ? "" : ",") + months;
  if (is_last_week_and_one_weekday(fields)) return of_month("the last " + weekly, fields);
  if (any_day) {
    if (!numbered.empty()) return of_month(numbered, fields) + (weekly.empty() ? "" : " and on " + weekly);
    if (std::popcount(fields.weekdays) == 1 && opening == Opening::at) return " every " + weekly + months;
    const bool is_range = weekly.find(" to ") != weekly.npos;
    return (is_range ? ", " : opening == Opening::at ? " on " : ", on ") + weekly + months;
  }
  const bool is_one_date = !rare_days && std::popcount(fields.days) == 1 && std::popcount(fields.months) == 1;
  const std::string by_date = is_one_date ? one_date(fields) : of_month(month_days(fields), fields);
  if (any_weekday) return by_date;
  return by_date + ", only if it is " + (numbered.empty() ? "" : numbered + (weekly.empty() ? "" : " or ")) + weekly;
}

}  // namespace

std::string describe(const Fields& fields) {
  const std::string times = times_of(
      {.hours = values_of(fields.hours), .minutes = values_of(fields.minutes), .seconds = values_of(fields.seconds)});
  const bool is_list = times.starts_with("At ") && times.find("every hour") == times.npos;
  const Opening opening = is_list ? Opening::at : Opening::every;
  return times + days_of(fields, opening) + years_of(fields);
}

}  // namespace belfry
