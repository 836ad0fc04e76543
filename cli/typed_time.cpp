#include <base/text.h>
#include <base/try.h>
#include <cli/document.h>
#include <cli/output.h>
#include <cli/text_width.h>
#include <cli/typed_time.h>
#include <triggers/local_text.h>
#include <triggers/parse.h>

namespace belfry::cli {

namespace {

bool is_time_of_day(std::string_view text) {
  return text.size() >= 4 && text.size() <= 8 && text.find(':') != std::string_view::npos &&
         text.find('-') == std::string_view::npos;
}

constexpr const char* examples = "22:00, 2026-12-01, '2026-12-01 22:00', or with an offset 2026-12-01T22:00:00+01:00";

bool is_duration(const std::string& text) { return parse_duration(text).has_value(); }

bool is_instant(const std::string& text) {
  const auto utc = zone_named("UTC");
  return parse_rfc3339(text) || read_instant(text, *utc, WallTime{});
}

}  // namespace

Result<WallTime> read_instant(std::string_view text, const Zone& zone, WallTime now) {
  std::string full(text);
  if (is_time_of_day(text)) full = date_text(zone.local(now)) + " " + (text.size() == 4 ? "0" : "") + full;
  const auto instant = parse_instant(full, zone);
  if (instant) return *instant;
  return std::unexpected(Error::bad_input("'" + printable(text) + "' is no time: " + instant.error().message()));
}

Result<WallTime> read_coming_instant(std::string_view text, const Zone& zone, WallTime now) {
  if (const auto ahead = parse_duration(text)) return now + *ahead;
  const WallTime today = TRY(read_instant(text, zone, now));
  if (today > now || !is_time_of_day(text)) return today;
  const LocalTime tomorrow = zone.local(now) + std::chrono::days{1};
  const std::string reading = date_text(tomorrow) + " " + (text.size() == 4 || text[1] == ':' ? "0" : "");
  return read_instant(reading + std::string(text), zone, now);
}

Result<DaemonTime> ask_time(const DaemonLink& daemon) {
  const HttpResponse response = TRY(daemon.get("/v1/upcoming?limit=1"));
  const auto frame = TRY(decode_upcoming(response.body));
  return DaemonTime{.now = frame.now, .zone = zone_named(frame.timezone)};
}

Result<std::string> instant_for(const DaemonLink& daemon, const std::string& text) {
  if (text.empty()) return text;
  if (const auto exact = parse_rfc3339(text)) return format_utc(*exact);
  const DaemonTime time = TRY(ask_time(daemon));
  return format_utc(TRY(read_instant(text, *time.zone, time.now)));
}

Result<std::string> past_instant_for(const DaemonLink& daemon, const std::string& text) {
  const auto ago = parse_duration(text);
  if (!ago) return instant_for(daemon, text);
  return format_utc(TRY(ask_time(daemon)).now - *ago);
}

Result<std::string> coming_instant_for(const DaemonLink& daemon, const std::string& text) {
  if (text.empty()) return text;
  if (const auto exact = parse_rfc3339(text)) return format_utc(*exact);
  const DaemonTime time = TRY(ask_time(daemon));
  return format_utc(TRY(read_coming_instant(text, *time.zone, time.now)));
}

std::string check_duration(const std::string& text) {
  const auto duration = parse_duration(text);
  return duration ? "" : duration.error().what;
}

std::string check_instant(const std::string& text) {
  return is_instant(text) ? "" : "'" + printable(text) + "' is no time; write " + examples;
}

std::string check_instant_or_duration(const std::string& text) {
  if (is_instant(text) || is_duration(text)) return "";
  return "'" + printable(text) + "' is neither a time nor a span; write 2h, 1d, " + examples;
}

}  // namespace belfry::cli
