#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <limits>
#include <numeric>
#include <utility>

#include <base/ascii.h>
#include <base/text.h>

namespace belfry {

namespace {

struct Unit {
  std::string_view name;
  Millis length;
};

constexpr std::array units{
    Unit{"w", std::chrono::weeks{1}},   Unit{"d", std::chrono::days{1}},    Unit{"h", std::chrono::hours{1}},
    Unit{"m", std::chrono::minutes{1}}, Unit{"s", std::chrono::seconds{1}}, Unit{"ms", Millis{1}},
};

struct SizeUnit {
  std::string_view name;
  unsigned shift;
};

constexpr std::array size_units{SizeUnit{"", 0},   SizeUnit{"B", 0},    SizeUnit{"K", 10}, SizeUnit{"KiB", 10},
                                SizeUnit{"M", 20}, SizeUnit{"MiB", 20}, SizeUnit{"G", 30}, SizeUnit{"GiB", 30},
                                SizeUnit{"T", 40}, SizeUnit{"TiB", 40}};

// A century: far beyond any sensible period or limit, far below an overflow.
constexpr Millis duration_max = std::chrono::days{36525};

Error bad_duration(std::string_view text, std::string_view why) {
  return Error::bad_input("'" + std::string(text) + "' is not a duration: " + std::string(why) +
                          "; write for example 90s, 1h30m or 2d");
}

// Letters added, left out, replaced, or swapped with their neighbour.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last, last, row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last = std::exchange(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

// Exactly `width` digits at `at`, as a number.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t width) {
  if (at + width > text.size()) return std::nullopt;
  const auto value = parse_unsigned(text.substr(at, width));
  if (!value) return std::nullopt;
  return static_cast<int>(*value);
}

}  // namespace

std::optional<std::uint64_t> parse_unsigned(std::string_view text) {
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_size(std::string_view text) {
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_unsigned(text.substr(0, end));
  const auto unit = std::ranges::find(size_units, text.substr(end), &SizeUnit::name);
  if (!number || unit == size_units.end()) return std::nullopt;
  if (*number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) >> unit->shift)
    return std::nullopt;
  return static_cast<std::int64_t>(*number << unit->shift);
}

Result<Millis> parse_duration(std::string_view text) {
  if (text.empty()) return std::unexpected(bad_duration(text, "it is empty"));
  Millis total{0};
  std::size_t unit_floor = 0;  // units before this one are used up
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto number_end = std::find_if_not(rest.begin(), rest.end(), is_digit);
    const auto number = parse_unsigned({rest.begin(), number_end});
    if (!number) return std::unexpected(bad_duration(text, "a whole number must come before each unit"));
    const auto unit_end = std::find_if(number_end, rest.end(), is_digit);
    const std::string_view name(number_end, unit_end);
    if (name.empty()) return std::unexpected(bad_duration(text, "the number has no unit (ms, s, m, h, d, w)"));
    const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == name; });
    if (unit == units.end()) {
      return std::unexpected(bad_duration(text, "there is no unit '" + std::string(name) + "' (ms, s, m, h, d, w)"));
    }
    const auto index = static_cast<std::size_t>(unit - units.begin());
    if (index < unit_floor) return std::unexpected(bad_duration(text, "units go from the largest to the smallest"));
    unit_floor = index + 1;
    const auto room = static_cast<std::uint64_t>((duration_max - total) / unit->length);
    if (*number > room) return std::unexpected(bad_duration(text, "it is longer than a century"));
    total += unit->length * static_cast<std::int64_t>(*number);
    rest = std::string_view(unit_end, rest.end());
  }
  return total;
}

std::string format_duration(Millis value) {
  if (value == Millis{0}) return "0s";
  std::string out;
  for (const Unit& unit : units) {
    if (unit.name == "w") continue;  // nobody thinks of 10 days as 1w3d
    const auto n = value / unit.length;
    if (n == 0) continue;
    out += std::to_string(n) + std::string(unit.name);
    value -= unit.length * n;
  }
  return out;
}

std::string format_utc(WallTime t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{t - day};
  std::array<char, 48> buffer{};
  const int ms = static_cast<int>(time.subseconds().count());
  std::snprintf(buffer.data(), buffer.size(),
                ms == 0 ? "%04d-%02u-%02uT%02d:%02d:%02dZ" : "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()), ms);
  return buffer.data();
}

Result<WallTime> parse_rfc3339(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return std::unexpected(Error::bad_input("'" + std::string(text) + "' is not an instant: " + std::string(why) +
                                            "; write for example 2026-12-01T22:00:00+01:00 or 2026-12-01T21:00:00Z"));
  };
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second || text[4] != '-' || text[7] != '-' ||
      (text[10] != 'T' && text[10] != 't' && text[10] != ' ') || text[13] != ':' || text[16] != ':') {
    return refuse("it does not have the form YYYY-MM-DDThh:mm:ss");
  }
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return refuse("there is no such day");
  if (*hour > 23 || *minute > 59 || *second > 59) return refuse("there is no such time of day");
  std::string_view rest = text.substr(19);
  int ms = 0;
  if (rest.starts_with('.')) {
    const auto end = std::find_if_not(rest.begin() + 1, rest.end(), is_digit);
    std::string fraction(rest.begin() + 1, end);
    if (fraction.empty()) return refuse("digits must follow the point");
    fraction.resize(3, '0');
    ms = digits(fraction, 0, 3).value_or(0);
    rest = std::string_view(end, rest.end());
  }
  std::chrono::minutes offset{0};
  if (rest != "Z" && rest != "z") {
    const auto offset_hours = digits(rest, 1, 2), offset_minutes = digits(rest, 4, 2);
    if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':' || !offset_hours || !offset_minutes ||
        *offset_hours > 23 || *offset_minutes > 59) {
      return refuse("the offset from UTC is missing or malformed");
    }
    offset = std::chrono::hours{*offset_hours} + std::chrono::minutes{*offset_minutes};
    if (rest[0] == '-') offset = -offset;
  }
  return WallTime{std::chrono::sys_days{date}} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
         std::chrono::seconds{*second} + Millis{ms} - offset;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates) {
  std::optional<std::string_view> best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace belfry
