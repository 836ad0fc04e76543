#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <vector>

#include <base/ascii.h>
#include <base/text.h>
#include <triggers/cron_parser.h>
#include <triggers/dialects.h>

namespace belfry {

namespace {

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (const std::string_view word : split(text, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

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

// "1.5h" -> "1h30m".
std::optional<std::string> with_fraction(std::string_view text) {
  const std::size_t unit = text.find_first_not_of("0123456789.");
  if (unit == std::string_view::npos || !text.substr(0, unit).contains('.')) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + unit, number);
  const auto one = parse_duration("1" + std::string(text.substr(unit)));
  if (error != std::errc{} || end != text.data() + unit || !one || number > 1'000'000) return std::nullopt;
  return format_duration(Millis{static_cast<std::int64_t>(number * static_cast<double>(one->count()))});
}

// "00:05:00" -> "5m".
std::optional<std::string> like_a_clock(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() != 3) return std::nullopt;
  std::uint64_t seconds = 0;
  for (const std::string_view part : parts) {
    const auto number = parse_unsigned(part);
    if (!number || *number > 1'000) return std::nullopt;
    seconds = seconds * 60 + *number;
  }
  return format_duration(std::chrono::seconds{seconds});
}

// "PT1H30M" -> "1h30m".
std::optional<std::string> in_iso_form(std::string_view text) {
  if (!text.starts_with("PT")) return std::nullopt;
  const auto duration = parse_duration(lower(text.substr(2)));
  return duration ? std::optional(format_duration(*duration)) : std::nullopt;
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
    const auto duration = duration_in_our_form(trim(text.substr(6)));
    if (duration) return problem("'" + std::string(text.substr(6)) + "' is not a duration", "write every " + *duration);
  }
  if (is_digit(text.front()) && parse_duration(text))
    return problem("a duration alone is no schedule", "write every " + std::string(text));
  if (text.starts_with("PT") || text.starts_with("R/PT")) {
    return problem("'" + std::string(text) + "' is an ISO 8601 duration",
                   "write every " + in_iso_form(text).value_or("1h30m"));
  }
  return std::nullopt;
}

// "09:30", "9am", "9:30pm": as cron's minute and hour.
std::optional<std::string> clock_time(std::string_view word) {
  const bool is_pm = word.ends_with("pm");
  const bool has_half = is_pm || word.ends_with("am");
  if (has_half) word.remove_suffix(2);
  const auto colon = word.find(':');
  if (colon == std::string_view::npos && !has_half) return std::nullopt;
  const auto hour = parse_unsigned(word.substr(0, colon));
  const auto minute =
      colon == std::string_view::npos ? std::optional<std::uint64_t>(0) : parse_unsigned(word.substr(colon + 1));
  if (!hour || !minute || *minute > 59 || *hour > (has_half ? 12U : 23U)) return std::nullopt;
  return std::to_string(*minute) + " " + std::to_string(has_half ? *hour % 12 + (is_pm ? 12 : 0) : *hour);
}

std::optional<std::string> days_of_week(std::string_view word) {
  constexpr std::array<std::string_view, 7> days{"monday", "tuesday",  "wednesday", "thursday",
                                                 "friday", "saturday", "sunday"};
  if (word == "day" || word == "daily") return "*";
  if (word.ends_with('s')) word.remove_suffix(1);
  if (word == "weekday") return "mon-fri";
  if (word == "weekend") return "sat,sun";
  const auto day = std::ranges::find(days, word);
  return day == days.end() ? std::nullopt : std::optional(std::string(day->substr(0, 3)));
}

// "every day at 02:30", "weekdays at 9am".
std::optional<ParseProblem> as_spoken(std::string_view text) {
  std::optional<std::string> time;
  std::string days;
  const std::string spoken = lower(text);
  const auto words = words_of(spoken);
  for (const std::string_view word : words) {
    const auto as_time = clock_time(word);
    const auto as_days = days_of_week(word);
    if (as_time && !time) {
      time = as_time;
    } else if (as_days) {
      days += (days.empty() ? "" : ",") + *as_days;
    } else if (word != "every" && word != "each" && word != "at" && word != "on" && word != "and") {
      return std::nullopt;
    }
  }
  if (!time || words.size() < 2) return std::nullopt;
  return problem("a time of day is a cron line: minute, hour, day, month, weekday",
                 "write \"" + *time + " * * " + (days.empty() ? "*" : days) + "\"");
}

// Keys that stand in a map of their own.
std::optional<ParseProblem> other_kind(std::string_view text) {
  if (text.starts_with("after ")) {
    return problem("what a job follows stands in a map", "write { after: " + std::string(trim(text.substr(6))) + " }");
  }
  constexpr std::array<std::string_view, 5> starts{"on_startup", "@startup", "@boot", "startup", "boot"};
  if (std::ranges::find(starts, text) != starts.end()) {
    return problem("'" + std::string(text) + "' is not known here",
                   "write { on_startup: 10s } for each start of the daemon, or \"@reboot\" for each boot");
  }
  constexpr std::array<std::string_view, 5> nevers{"never", "none", "off", "disabled", "no"};
  if (std::ranges::find(nevers, text) != nevers.end()) {
    return problem("'" + std::string(text) + "' is not known here", "write manual for a job that is only run by hand");
  }
  return std::nullopt;
}

std::optional<ParseProblem> misspelt(std::string_view text) {
  constexpr std::array<std::string_view, 2> known{"every", "manual"};
  const std::string_view first = text.substr(0, text.find(' '));
  const auto near = first.size() > 3 ? nearest(first, known) : std::nullopt;
  if (!near || *near == first) return std::nullopt;
  return problem("'" + std::string(first) + "' is not known here",
                 "did you mean " + std::string(*near) + std::string(text.substr(first.size())) + "?");
}

// A line of a crontab with its command.
std::optional<ParseProblem> with_command(std::string_view text) {
  const auto words = words_of(text);
  const auto is_program = [](std::string_view word) {
    const bool is_path = word.starts_with('/') || word.starts_with("./");
    return is_path || (word.size() > 3 && is_letter(word.front()));
  };
  const auto program = std::find_if(words.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(5, words.size())),
                                    words.end(), is_program);
  if (program == words.end()) return std::nullopt;
  const auto offset = static_cast<std::size_t>(program->data() - text.data());
  if (!parse_cron_line(trim(text.substr(0, offset)), "job")) return std::nullopt;
  return ParseProblem{.offset = offset,
                      .what = "a command does not stand in the schedule",
                      .hint = "write it behind run: beside schedule:"};
}

// What an editor or a web page puts in the place of a blank.
std::optional<ParseProblem> odd_blank(std::string_view text) {
  constexpr std::array<std::string_view, 6> blanks{"\u00A0", "\u2002", "\u2003", "\u2009", "\u202F", "\u3000"};
  for (const std::string_view blank : blanks) {
    const auto at = text.find(blank);
    if (at == std::string_view::npos) continue;
    return ParseProblem{.offset = at,
                        .what = "this only looks like a blank: it is a character of its own",
                        .hint = "remove it, and type a blank in its place"};
  }
  return std::nullopt;
}

// systemd's calendar: weekdays with .., times with a colon, dates with dashes.
std::optional<ParseProblem> systemd_calendar(std::string_view text) {
  const bool has_time = text.find(':') != text.npos;
  const bool has_date = text.starts_with("*-*");
  if (!has_time && !has_date && text.find("..") == text.npos) return std::nullopt;
  return problem("this looks like a line of systemd's calendar",
                 "write { on_calendar: \"" + std::string(text) + "\" }");
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

std::optional<std::string> duration_in_our_form(std::string_view text) {
  for (const auto& recognise : {short_duration, with_fraction, like_a_clock, in_iso_form}) {
    if (auto found = recognise(text)) return found;
  }
  return std::nullopt;
}

std::optional<ParseProblem> foreign_dialect(std::string_view text) {
  text = trim(text);
  if (text.empty()) return std::nullopt;
  if (text.front() == '"' || text.front() == '\'')
    return problem("there are quotes inside the schedule", "leave the inner quotes out");
  for (const auto& recognise : {odd_blank, nickname, amazon, zone_prefix, interval, other_kind, with_command, as_spoken,
                                misspelt, systemd_calendar, year_last}) {
    if (auto found = recognise(text)) return found;
  }
  return std::nullopt;
}

}  // namespace belfry
