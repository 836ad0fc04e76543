#include <algorithm>
#include <bit>
#include <vector>

#include <triggers/never.h>
#include <triggers/words.h>

namespace belfry {

namespace {

unsigned longest(unsigned month) {
  return static_cast<unsigned>((std::chrono::year{2000} / std::chrono::month{month} / std::chrono::last).day());
}

}  // namespace

std::string why_never(const Fields& fields) {
  const bool is_plain = fields.days != 0 && !(fields.rare && fields.rare->names_days());
  std::vector<std::string> months;
  unsigned longest_month = 0;
  for (unsigned month = 1; month <= 12; ++month) {
    if ((fields.months >> month & 1U) == 0) continue;
    months.emplace_back(month_name(month));
    longest_month = std::max(longest_month, longest(month));
  }
  const auto first_day = static_cast<unsigned>(std::countr_zero(fields.days));
  const std::string subject = join(months) + (months.size() == 1 ? " has" : " have");
  if (is_plain && first_day > longest_month) {
    std::vector<std::string> days;
    for (std::uint32_t rest = fields.days; rest != 0; rest &= rest - 1) {
      days.push_back(ordinal(static_cast<unsigned>(std::countr_zero(rest))));
    }
    return subject + " no " + join(days, " or ");
  }
  const bool is_leap_day = is_plain && months.size() == 1 && longest_month == 29 && first_day == 29;
  const bool is_any_weekday = fields.weekdays == Fields::all_weekdays;
  if (is_leap_day && is_any_weekday) return "February has no 29th in any of these years";
  return "no day satisfies its fields for day of month, month, weekday and year all together";
}

}  // namespace belfry
