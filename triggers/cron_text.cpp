#include <bit>

#include <triggers/cron_text.h>

namespace belfry {

namespace {

struct Range {
  unsigned min, max;
};

enum class Star { allowed, forbidden };  // whether `*` may stand for the whole range

void append(std::string& list, const std::string& item) {
  if (!list.empty()) list += ',';
  list += item;
}

// The distance between neighbours, where there are three values or more and it is always the same; else 0.
unsigned even_step(std::uint64_t mask) {
  if (std::popcount(mask) < 3) return 0;
  const auto first = static_cast<unsigned>(std::countr_zero(mask));
  const auto step = static_cast<unsigned>(std::countr_zero(mask & (mask - 1))) - first;
  std::uint64_t expected = 0;
  for (unsigned bit = first; bit < 64 && bit <= static_cast<unsigned>(std::bit_width(mask)) - 1; bit += step) {
    expected |= std::uint64_t{1} << bit;
  }
  return expected == mask ? step : 0;
}

// `*/n`: every n-th value from the smallest to the end of the range, also when that is two values.
unsigned star_step(std::uint64_t mask, Range range) {
  if ((mask >> range.min & 1U) == 0 || std::popcount(mask) < 2) return 0;
  const auto step = static_cast<unsigned>(std::countr_zero(mask & (mask - 1))) - range.min;
  std::uint64_t expected = 0;
  for (unsigned bit = range.min; bit <= range.max; bit += step) expected |= std::uint64_t{1} << bit;
  return expected == mask ? step : 0;
}

std::string list_text(std::uint64_t mask) {
  std::string list;
  while (mask != 0) {
    const auto first = static_cast<unsigned>(std::countr_zero(mask));
    const auto length = static_cast<unsigned>(std::countr_one(mask >> first));
    const unsigned last = first + length - 1;
    append(list, length < 3 ? std::to_string(first) : std::to_string(first) + "-" + std::to_string(last));
    const unsigned written = length < 3 ? first : last;
    mask = written >= 63 ? 0 : mask >> (written + 1) << (written + 1);
  }
  return list;
}

std::string field_text(std::uint64_t mask, Range range, Star star) {
  if (star == Star::allowed) {
    const unsigned step = star_step(mask, range);
    if (step == 1) return "*";
    if (step != 0) return "*/" + std::to_string(step);
  }
  const unsigned step = even_step(mask);
  if (step < 2) return list_text(mask);
  return std::to_string(std::countr_zero(mask)) + "-" + std::to_string(std::bit_width(mask) - 1) + "/" +
         std::to_string(step);
}

std::string day_text(const Fields& fields) {
  const bool is_rare = fields.rare && fields.rare->names_days();
  if (fields.days == Fields::all_days && fields.day_rule == DayRule::both) return "*";
  std::string list = fields.days == 0 ? "" : field_text(fields.days, {1, 31}, Star::forbidden);
  if (!is_rare) return list;
  for (unsigned n = 0; n < 32; ++n) {
    if ((fields.rare->days_from_end >> n & 1U) != 0) append(list, n == 0 ? "L" : "L-" + std::to_string(n));
  }
  for (unsigned day = 1; day < 32; ++day) {
    if ((fields.rare->nearest_weekday >> day & 1U) != 0) append(list, std::to_string(day) + "W");
  }
  if (fields.rare->last_weekday) append(list, "LW");
  return list;
}

std::string weekday_text(const Fields& fields) {
  if (fields.weekdays == Fields::all_weekdays && fields.day_rule == DayRule::both) return "*";
  std::string list = fields.weekdays == 0 ? "" : field_text(fields.weekdays, {0, 6}, Star::forbidden);
  if (fields.rare) {
    for (unsigned day = 0; day < 7; ++day) {
      for (unsigned n = 0; n < 5; ++n) {
        if ((unsigned{fields.rare->nth_of_weekday[n]} >> day & 1U) != 0)
          append(list, std::to_string(day) + "#" + std::to_string(n + 1));
      }
      if ((unsigned{fields.rare->last_of_weekday} >> day & 1U) != 0) append(list, std::to_string(day) + "#L");
    }
  }
  const bool is_day_restricted = day_text(fields) != "*";
  return (fields.day_rule == DayRule::both && is_day_restricted ? "+" : "") + list;
}

std::string year_text(const RareFields& rare) {
  std::string list;
  int last = 0;
  for (int year = RareFields::year_min; year <= RareFields::year_max; year = last + 1) {
    last = year;
    if (!rare.has_year(year)) continue;
    while (rare.has_year(last + 1)) ++last;
    append(list, last == year ? std::to_string(year) : std::to_string(year) + "-" + std::to_string(last));
  }
  return list;
}

}  // namespace

std::string cron_text(const Fields& fields, TimeClass time_class) {
  const Star star = time_class == TimeClass::recurring ? Star::allowed : Star::forbidden;
  const std::string minute = field_text(fields.minutes, {0, 59}, star);
  const std::string hour = field_text(fields.hours, {0, 23}, star);
  const bool names_years = fields.rare && fields.rare->names_years();
  std::string text;
  if (fields.seconds != 1 || names_years) text += field_text(fields.seconds, {0, 59}, Star::allowed) + " ";
  text += minute + " " + hour + " " + day_text(fields) + " " + field_text(fields.months, {1, 12}, Star::allowed) + " " +
          weekday_text(fields);
  if (names_years) text += " " + year_text(*fields.rare);
  const bool shows_class = minute.starts_with('*') || hour.starts_with('*');
  if (time_class == TimeClass::recurring && !shows_class) text += " recurring";
  return text;
}

std::string dst_text(DstPolicy dst) {
  std::string text;
  if (dst.skipped == SkippedTime::shift) text += " skipped=shift";
  if (dst.skipped == SkippedTime::skip) text += " skipped=skip";
  if (dst.repeated == RepeatedTime::last) text += " repeated=last";
  if (dst.repeated == RepeatedTime::both) text += " repeated=both";
  return text;
}

}  // namespace belfry
