// A normal form is a row of words: of what kind it is, and behind that what narrows it, as `key=value`. A union joins
// several of them by ` + `. The words are taken from the end, where those with a key stand.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <base/text.h>
#include <base/try.h>
#include <triggers/combine.h>
#include <triggers/cron_parser.h>
#include <triggers/fields_trigger.h>
#include <triggers/interval_trigger.h>
#include <triggers/normal_form.h>
#include <triggers/once_trigger.h>

namespace belfry {

namespace {

std::unexpected<Error> no_form(std::string_view text) {
  return std::unexpected(Error::bad_input("'" + std::string(text) + "' is the normal form of no schedule"));
}

std::string_view take_word(std::string_view& text) {
  const auto blank = text.rfind(' ');
  const std::string_view word = blank == text.npos ? text : text.substr(blank + 1);
  text = blank == text.npos ? std::string_view() : text.substr(0, blank);
  return word;
}

// The value of the last word, where it has this key.
std::optional<std::string_view> take_value(std::string_view& text, std::string_view key) {
  std::string_view rest = text;
  const std::string_view word = take_word(rest);
  if (!word.starts_with(key)) return std::nullopt;
  text = rest;
  return word.substr(key.size());
}

// "[12-24..12-26,SAT]"
Result<std::shared_ptr<const Calendar>> read_calendar(std::string_view value) {
  if (!value.starts_with('[') || !value.ends_with(']')) return no_form(value);
  const std::string_view entries = value.substr(1, value.size() - 2);
  auto calendar = std::make_shared<Calendar>("");
  if (entries.empty()) return calendar;
  for (const std::string_view entry : split(entries, ',')) {
    if (!calendar->add(entry)) return no_form(value);
  }
  return calendar;
}

Result<std::vector<std::shared_ptr<const Calendar>>> take_calendars(std::string_view& form, std::string_view key) {
  std::vector<std::shared_ptr<const Calendar>> calendars;
  while (const auto value = take_value(form, key)) calendars.push_back(TRY(read_calendar(*value)));
  std::reverse(calendars.begin(), calendars.end());
  return calendars;
}

Result<DstPolicy> take_dst(std::string_view& form) {
  DstPolicy dst;
  if (const auto value = take_value(form, "repeated=")) {
    if (*value != "last" && *value != "both") return no_form(*value);
    dst.repeated = *value == "last" ? RepeatedTime::last : RepeatedTime::both;
  }
  if (const auto value = take_value(form, "skipped=")) {
    if (*value != "shift" && *value != "skip") return no_form(*value);
    dst.skipped = *value == "shift" ? SkippedTime::shift : SkippedTime::skip;
  }
  return dst;
}

// "every 1d phase=7h"
Result<Schedule> read_interval(std::string_view form) {
  const auto phase = take_value(form, "phase=");
  const Millis anchor = phase ? TRY(parse_duration(*phase)) : Millis{0};
  const Millis period = TRY(parse_duration(take_word(form)));
  if (form != "every" || period < IntervalTrigger::period_min) return no_form(form);
  return Schedule(std::make_shared<const IntervalTrigger>(period, WallTime{anchor}));
}

// "30 2 * * * Europe/Berlin skipped=shift", "5,10 0 * * * recurring UTC"
Result<Schedule> read_fields(std::string_view form, const FindZone& find_zone) {
  const DstPolicy dst = TRY(take_dst(form));
  const auto zone = TRY(find_zone(take_word(form)));
  constexpr std::string_view recurring = " recurring";
  const bool recurs = form.ends_with(recurring);
  if (recurs) form.remove_suffix(recurring.size());
  auto line = parse_cron_line(form, "");
  if (!line) return no_form(form);
  if (recurs) line->time_class = TimeClass::recurring;
  return Schedule(std::make_shared<const FieldsTrigger>(std::move(line->fields), line->time_class, zone, dst));
}

Result<Schedule> read_kind(std::string_view form, const FindZone& find_zone) {
  if (form.starts_with("every ")) return read_interval(form);
  if (!form.starts_with("at ")) return read_fields(form, find_zone);
  const WallTime at = TRY(parse_rfc3339(form.substr(3)));
  return Schedule(std::make_shared<const OnceTrigger>(at, Zone::utc()));
}

Result<Schedule> read_one(std::string_view form, const FindZone& find_zone) {
  CalendarFilter filter;
  if (const auto zone = take_value(form, "days=")) filter.zone = TRY(find_zone(*zone));
  filter.only = TRY(take_calendars(form, "only="));
  filter.exclude = TRY(take_calendars(form, "exclude="));
  Bounds bounds;
  if (const auto until = take_value(form, "until=")) bounds.until = TRY(parse_rfc3339(*until));
  if (const auto from = take_value(form, "from=")) bounds.from = TRY(parse_rfc3339(*from));
  auto schedule = TRY(read_kind(form, find_zone));
  return filtered(bounded(std::move(schedule), bounds), std::move(filter));
}

Result<std::vector<Schedule>> read_all(std::string_view form, const FindZone& find_zone) {
  constexpr std::string_view separator = " + ";
  std::vector<Schedule> schedules;
  for (;;) {
    const auto end = form.find(separator);
    schedules.push_back(TRY(read_one(form.substr(0, end), find_zone)));
    if (end == form.npos) return schedules;
    form.remove_prefix(end + separator.size());
  }
}

}  // namespace

Result<Schedule> read_normal_form(std::string_view form, const FindZone& find_zone) {
  if (form == "manual") return Schedule();
  Schedule schedule = any_of(TRY(read_all(form, find_zone)));
  // Whatever was read between the lines, this is the promise.
  if (schedule.normal_form() != form) return no_form(form);
  return schedule;
}

}  // namespace belfry
