#include <string.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include <cli/phrases.h>
#include <cli/text_width.h>
#include <cli/who.h>

namespace belfry::cli {

namespace {

struct Unit {
  Millis length;
  const char* name;
};

constexpr std::array units{
    Unit{std::chrono::days{1}, "d"},
    Unit{std::chrono::hours{1}, "h"},
    Unit{std::chrono::minutes{1}, "m"},
    Unit{std::chrono::seconds{1}, "s"},
};

// The span in its largest unit and, with `parts` 2, the next one where it is not zero.
std::string in_units(Millis span, int parts) {
  const auto* unit = std::find_if(units.begin(), units.end() - 1, [&](const Unit& u) { return span >= u.length; });
  std::string out = std::to_string(span / unit->length) + unit->name;
  const Millis rest = span % unit->length;
  const auto* next = unit + 1;
  if (parts < 2 || next == units.end() || rest < next->length) return out;
  return out + " " + std::to_string(rest / next->length) + next->name;
}

template <class... Values>
std::string formatted(const char* format, Values... values) {
  std::array<char, 96> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, values...);
  return buffer.data();
}

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(signal);
}

std::string end_phrase(const ProcessEnd& end) {
  return end.how == ProcessEnd::How::exited ? "exit " + std::to_string(end.code) : signal_name(end.code);
}

std::string with_reason(std::string phrase, Reason reason) {
  return reason == Reason::none ? phrase : phrase + " (" + std::string(text(reason)) + ")";
}

}  // namespace

std::string until_phrase(WallTime then, WallTime now) {
  if (then <= now) return "now";
  // Rounded up: what is due in 34.2 s is not due in 34 s.
  return "in " + in_units(std::chrono::ceil<std::chrono::seconds>(then - now), 2);
}

std::string since_phrase(WallTime then, WallTime now) {
  if (now - then < std::chrono::seconds{1}) return "just now";
  return in_units(now - then, 1) + " ago";
}

std::string near_phrase(WallTime t, WallTime beside, const Zone& zone) {
  const auto day = [&](WallTime of) { return std::chrono::floor<std::chrono::days>(zone.local(of)); };
  const std::string full = local_phrase(std::chrono::floor<std::chrono::seconds>(t), zone);
  return day(t) == day(beside) ? full.substr(15, 8) : full;
}

std::string took_phrase(Millis span) {
  if (span < std::chrono::seconds{1}) return std::to_string(span.count()) + "ms";
  const auto seconds = static_cast<long>(span / std::chrono::seconds{1});
  if (seconds < 3600) return formatted("%ldm%02lds", seconds / 60, seconds % 60);
  if (seconds < 86400) return formatted("%ldh%02ldm", seconds / 3600, seconds / 60 % 60);
  return formatted("%ldd%02ldh", seconds / 86400, seconds / 3600 % 24);
}

std::string local_phrase(WallTime t, const Zone& zone) {
  constexpr std::array weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  const Zone::Period period = zone.period_at(t);
  const LocalTime local = period.local(t);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{local - day};
  const auto ms = static_cast<int>(time.subseconds().count());
  return formatted("%s %04d-%02u-%02u %02d:%02d:%02d", weekdays[std::chrono::weekday{day}.c_encoding()],
                   static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                   static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                   static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count())) +
         (ms != 0 ? formatted(".%03d", ms) : "") + " " + std::string(period.abbreviation);
}

Sign sign_of(const Run& run) {
  if (run.is_open()) return {"●", Emphasis::busy};
  return sign_of(*run.outcome);
}

Sign sign_of(RunOutcome outcome) {
  switch (outcome) {
    case RunOutcome::succeeded:
      return {"✓", Emphasis::good};
    case RunOutcome::cancelled:
    case RunOutcome::skipped:
      return {"–", Emphasis::faint};
    default:
      return {"✗", Emphasis::bad};
  }
}

std::string pause_phrase(const Pause& pause, const Zone& zone) {
  const auto when = [&](WallTime t) { return local_phrase(std::chrono::floor<std::chrono::seconds>(t), zone); };
  std::string phrase = "since " + when(pause.since) + " by " + who_phrase(pause.by);
  if (pause.until) phrase += ", until " + when(*pause.until);
  if (!pause.reason.empty()) phrase += ": " + printable(pause.reason);
  return phrase;
}

std::string standing_phrase(const Run& run) {
  if (run.is_open()) return std::string(text(run.state));
  switch (*run.outcome) {
    case RunOutcome::failed:
      return run.end ? with_reason(end_phrase(*run.end), run.reason) : "failed";
    case RunOutcome::start_failed:
      return "could not start";
    default:
      return with_reason(std::string(text(*run.outcome)), run.reason);
  }
}

}  // namespace belfry::cli
