#include <base/text.h>
#include <base/try.h>
#include <triggers/calendar_parser.h>
#include <triggers/cron_parser.h>
#include <triggers/dialects.h>
#include <triggers/fields_trigger.h>
#include <triggers/interval_trigger.h>
#include <triggers/local_text.h>
#include <triggers/never.h>
#include <triggers/once_trigger.h>
#include <triggers/parse.h>

namespace belfry {

namespace {

std::unexpected<ParseProblem> problem(std::size_t offset, std::string what, std::string hint) {
  return std::unexpected(ParseProblem{.offset = offset, .what = std::move(what), .hint = std::move(hint)});
}

std::size_t leading_blanks(std::string_view text) {
  const std::string_view bare = trim(text);
  return bare.empty() ? 0 : static_cast<std::size_t>(bare.data() - text.data());
}

template <class T>
Parsed<T> shifted(Parsed<T> result, std::size_t by) {
  if (!result) result.error().offset += by;
  return result;
}

Parsed<Schedule> compile(CronLine line, std::string_view text, std::size_t offset, std::shared_ptr<const Zone> zone,
                         DstPolicy dst) {
  if (!line.fields.ever_matches()) {
    return problem(offset, "\"" + std::string(text) + "\" never happens: " + why_never(line.fields), "");  // S7
  }
  return Schedule(std::make_shared<const FieldsTrigger>(std::move(line.fields), line.time_class, std::move(zone), dst));
}

Parsed<Schedule> parse_own_cron(std::string_view text, const ScheduleContext& context) {
  const std::string_view bare = trim(text);
  const std::size_t begin = leading_blanks(text);
  return compile(TRY(shifted(parse_cron_line(bare, context.job), begin)), bare, begin, context.zone, context.dst);
}

// What did not parse may be good in another system's grammar: then that is the better thing to say.
template <class T>
Parsed<T> or_dialect(Parsed<T> result, std::string_view text) {
  if (result) return result;
  auto foreign = foreign_dialect(text);
  if (!foreign) return result;
  foreign->offset += leading_blanks(text);
  return std::unexpected(*std::move(foreign));
}

Parsed<std::shared_ptr<const Zone>> zone_of(const CalendarLine& line, const ScheduleContext& context) {
  if (line.zone.empty()) return context.zone;
  if (!context.zone_named) {
    if (line.zone == "UTC") return Zone::utc();
    return problem(line.zone_offset, "a time zone cannot stand here", "write timezone: beside on_calendar:");
  }
  auto zone = context.zone_named(line.zone);
  if (!zone) return problem(line.zone_offset, zone.error().what, "");
  return *std::move(zone);
}

// A reading of the zone, "2026-12-01 22:00" or "2026-12-01T22:00:00.250".
Parsed<LocalTime> parse_reading(std::string_view text, std::size_t offset) {
  std::string full(text);
  if (full.size() == 10) full += "T00:00";
  if (full.size() == 16) full += ":00";
  const auto as_utc = parse_rfc3339(full + "Z");
  if (!as_utc) {
    return problem(offset, "'" + std::string(text) + "' is not an instant",
                   "write 2026-12-01T22:00:00+01:00, or 2026-12-01 22:00 for a time in the schedule's zone");
  }
  return LocalTime{as_utc->time_since_epoch()};
}

std::string hint_for_period(std::string_view text) {
  if (parse_unsigned(text)) return "write " + std::string(text) + "s if seconds are meant";
  const auto ours = duration_in_our_form(text);
  return ours ? "write " + *ours : "";
}

}  // namespace

Parsed<WallTime> parse_instant(std::string_view text, const Zone& zone) {
  const std::string_view bare = trim(text);
  const std::size_t begin = leading_blanks(text);
  if (const auto with_offset = parse_rfc3339(bare)) return *with_offset;
  const LocalTime reading = TRY(parse_reading(bare, begin));
  const Zone::Lookup lookup = zone.lookup(reading);
  const bool is_whole_day = bare.size() == 10;
  switch (lookup.reading) {
    case Zone::Reading::unique:
      return lookup.before;
    case Zone::Reading::skipped:
      if (is_whole_day) return lookup.change;  // the day begins after the gap
      return problem(begin,
                     reading_text(reading) + " does not exist in " + zone.name() + ": the clock is put forward over it",
                     "with an offset it is clear: " + format_local(lookup.change, zone) + " is the change");
    case Zone::Reading::repeated:
      break;
  }
  if (is_whole_day) return lookup.before;
  return problem(begin,
                 reading_text(reading) + " comes twice in " + zone.name() + ", before and after the clock is put back",
                 "write " + format_local(lookup.before, zone) + " or " + format_local(lookup.after, zone));
}

Parsed<Schedule> parse_at(std::string_view text, const ScheduleContext& context) {
  const std::string_view bare = trim(text);
  if (bare.size() == 10)
    return problem(leading_blanks(text), "the time of day is missing",
                   "write for example " + std::string(bare) + " 22:00");
  const WallTime at = TRY(parse_instant(text, *context.zone));
  return Schedule(std::make_shared<const OnceTrigger>(at, context.zone));
}

Parsed<Schedule> parse_calendar(std::string_view text, const ScheduleContext& context) {
  const std::string_view bare = trim(text);
  const std::size_t begin = leading_blanks(text);
  CalendarLine parsed = TRY(shifted(parse_calendar_line(bare), begin));
  auto zone = TRY(shifted(zone_of(parsed, context), begin));
  return compile(std::move(parsed.line), bare, begin, std::move(zone), context.dst);
}

Parsed<Schedule> parse_cron(std::string_view text, const ScheduleContext& context) {
  return or_dialect(parse_own_cron(text, context), text);
}

Parsed<Schedule> parse_every(std::string_view text, WallTime anchor) {
  const std::string_view bare = trim(text);
  const std::size_t begin = leading_blanks(text);
  const auto period = parse_duration(bare);
  if (!period) return problem(begin, period.error().what, hint_for_period(bare));
  if (*period < IntervalTrigger::period_min)
    return problem(begin, "an interval of " + std::string(bare) + " is too short", "100ms is the shortest");
  return Schedule(std::make_shared<const IntervalTrigger>(*period, anchor));
}

Parsed<Schedule> parse_schedule(std::string_view text, const ScheduleContext& context) {
  constexpr std::string_view every = "every";
  const std::string_view bare = trim(text);
  const std::size_t begin = leading_blanks(text);
  if (bare == "manual") return Schedule();
  const bool is_interval = bare == every || bare.starts_with("every ") || bare.starts_with("every\t");
  if (!is_interval) return parse_cron(text, context);
  return or_dialect(shifted(parse_every(bare.substr(every.size())), begin + every.size()), text);
}

}  // namespace belfry
