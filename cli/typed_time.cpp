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

}  // namespace

Result<WallTime> read_instant(std::string_view text, const Zone& zone, WallTime now) {
  std::string full(text);
  if (is_time_of_day(text)) full = date_text(zone.local(now)) + " " + (text.size() == 4 ? "0" : "") + full;
  const auto instant = parse_instant(full, zone);
  if (instant) return *instant;
  return std::unexpected(Error::bad_input("'" + printable(text) + "' is no time: " + instant.error().message()));
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

std::string check_duration(const std::string& text) {
  const auto duration = parse_duration(text);
  return duration ? "" : duration.error().what;
}

}  // namespace belfry::cli
