#include <array>
#include <cstdio>

#include <triggers/local_text.h>

namespace belfry {

namespace {

struct Parts {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<Millis> time;
};

Parts parts_of(LocalTime reading) {
  const auto day = std::chrono::floor<std::chrono::days>(reading);
  return {std::chrono::year_month_day{day}, std::chrono::hh_mm_ss<Millis>{reading - day}};
}

std::string full_time(const Parts& parts) {
  std::array<char, 32> buffer{};
  const auto ms = static_cast<int>(parts.time.subseconds().count());
  std::snprintf(buffer.data(), buffer.size(), ms == 0 ? "%02d:%02d:%02d" : "%02d:%02d:%02d.%03d",
                static_cast<int>(parts.time.hours().count()), static_cast<int>(parts.time.minutes().count()),
                static_cast<int>(parts.time.seconds().count()), ms);
  return buffer.data();
}

}  // namespace

std::string date_text(LocalTime reading) {
  const Parts parts = parts_of(reading);
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02u", static_cast<int>(parts.date.year()),
                static_cast<unsigned>(parts.date.month()), static_cast<unsigned>(parts.date.day()));
  return buffer.data();
}

std::string time_text(LocalTime reading) {
  const Parts parts = parts_of(reading);
  const std::string text = full_time(parts);
  const bool is_minute = parts.time.seconds().count() == 0 && parts.time.subseconds().count() == 0;
  return is_minute ? text.substr(0, 5) : text;
}

std::string reading_text(LocalTime reading) { return date_text(reading) + " " + time_text(reading); }

std::string format_local(WallTime t, const Zone& zone) {
  const Zone::Period period = zone.period_at(t);
  const auto minutes = static_cast<int>(std::chrono::duration_cast<std::chrono::minutes>(period.offset).count());
  const int size = minutes < 0 ? -minutes : minutes;
  std::array<char, 16> offset{};
  std::snprintf(offset.data(), offset.size(), "%c%02d:%02d", minutes < 0 ? '-' : '+', size / 60, size % 60);
  const LocalTime reading = period.local(t);
  return date_text(reading) + "T" + full_time(parts_of(reading)) + offset.data();
}

}  // namespace belfry
