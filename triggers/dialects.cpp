#include <algorithm>
#include <array>
#include <string>

#include <base/text.h>
#include <triggers/dialects.h>

namespace belfry {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

ParseProblem problem(std::string what, std::string hint) {
  return {.offset = 0, .what = std::move(what), .hint = std::move(hint)};
}

// The text between `name(` and `)`.
std::optional<std::string_view> argument_of(std::string_view text, std::string_view name) {
  if (!text.starts_with(name) || !text.ends_with(')')) return std::nullopt;
  return trim(text.substr(name.size(), text.size() - name.size() - 1));
}

// "5 minutes" -> "5m"; "minute" -> "1m".
std::optional<std::string> short_duration(std::string_view text) {
  struct Unit {
    std::string_view word, symbol;
  };
  constexpr std::array units{Unit{"second", "s"}, Unit{"minute", "m"}, Unit{"hour", "h"}, Unit{"day", "d"},
                             Unit{"week", "w"},   Unit{"sec", "s"},    Unit{"min", "m"}};
  const auto digits_end = std::find_if_not(text.begin(), text.end(), is_digit);
  const std::string number = digits_end == text.begin() ? "1" : std::string(text.begin(), digits_end);
  std::string_view word = trim({digits_end, text.end()});
  for (const Unit& unit : units) {
    if (word == unit.word || (word.ends_with('s') && word.substr(0, word.size() - 1) == unit.word))
      return number + std::string(unit.symbol);
  }
  return std::nullopt;
}

std::optional<ParseProblem> nickname(std::string_view text) {
  if (text.starts_with("@every ")) {
    return problem("'@every' is written without the @ here", "write every " + std::string(trim(text.substr(7))));
  }
  if (text == "@reboot") return problem("'@reboot' names no time", "a schedule says at which times a job is due");
  constexpr std::array<std::string_view, 6> bare{"hourly", "daily", "weekly", "monthly", "yearly", "annually"};
  if (std::find(bare.begin(), bare.end(), text) != bare.end()) {
    return problem("'" + std::string(text) + "' is written with an @ here", "write @" + std::string(text));
  }
  return std::nullopt;
}

// Amazon EventBridge: cron(minute hour day month weekday year), rate(5 minutes).
std::optional<ParseProblem> amazon(std::string_view text) {
  if (const auto fields = argument_of(text, "cron(")) {
    return problem("cron(...) is Amazon's form, in which the year is the sixth field and Sunday is 1",
                   "write 0 " + std::string(*fields) + ", weekdays by name");
  }
  if (const auto rate = argument_of(text, "rate(")) {
    const auto duration = short_duration(*rate);
    return problem("rate(...) is Amazon's form", "write every " + duration.value_or(std::string(*rate)));
  }
  return std::nullopt;
}

std::optional<ParseProblem> zone_prefix(std::string_view text) {
  for (const std::string_view prefix : {"CRON_TZ=", "TZ="}) {
    if (!text.starts_with(prefix)) continue;
    const std::string_view rest = text.substr(prefix.size());
    const std::string zone(rest.substr(0, rest.find(' ')));
    return problem("the time zone does not stand in the cron line", "write timezone: " + zone + " beside it");
  }
  return std::nullopt;
}

std::optional<ParseProblem> interval(std::string_view text) {
  if (text.starts_with("every ")) {
    const auto duration = short_duration(trim(text.substr(6)));
    if (duration) return problem("'" + std::string(text.substr(6)) + "' is not a duration", "write every " + *duration);
  }
  if (is_digit(text.front()) && parse_duration(text))
    return problem("a duration alone is no schedule", "write every " + std::string(text));
  if (text.starts_with("PT") || text.starts_with("R/PT")) {
    return problem("'" + std::string(text) + "' is an ISO 8601 duration", "write for example every 15m or every 1h30m");
  }
  return std::nullopt;
}

// systemd's calendar: weekdays with .., times with a colon, dates with dashes.
std::optional<ParseProblem> systemd_calendar(std::string_view text) {
  const bool has_time = text.find(':') != text.npos;
  const bool has_date = text.starts_with("*-*");
  if (!has_time && !has_date && text.find("..") == text.npos) return std::nullopt;
  return problem("this looks like a line of systemd's calendar", "write it under on_calendar:");
}

// Five fields and a year: here a sixth field is the second, in front.
std::optional<ParseProblem> year_last(std::string_view text) {
  const auto last_blank = text.find_last_of(" \t");
  if (last_blank == text.npos || text.size() - last_blank != 5) return std::nullopt;
  const auto year = parse_unsigned(text.substr(last_blank + 1));
  const auto words = static_cast<std::size_t>(std::count(text.begin(), text.end(), ' ')) + 1;
  if (!year || *year < 1970 || words != 6) return std::nullopt;
  return ParseProblem{.offset = last_blank + 1,
                      .what = "a year is the seventh field; with six fields the second comes first",
                      .hint = "write 0 " + std::string(text)};
}

}  // namespace

std::optional<ParseProblem> foreign_dialect(std::string_view text) {
  text = trim(text);
  if (text.empty()) return std::nullopt;
  if (text.front() == '"' || text.front() == '\'')
    return problem("there are quotes inside the schedule", "leave the inner quotes out");
  for (const auto& recognise : {nickname, amazon, zone_prefix, interval, systemd_calendar, year_last}) {
    if (auto found = recognise(text)) return found;
  }
  return std::nullopt;
}

}  // namespace belfry
