// What FieldsTrigger tells people about a slot: which readings it stands for, and what became of those between it and
// the slot before.

#include <algorithm>
#include <bit>

#include <triggers/describe.h>
#include <triggers/fields_trigger.h>
#include <triggers/local_text.h>
#include <triggers/words.h>

namespace belfry {

namespace {

using std::chrono::seconds;

constexpr std::size_t readings_max = 100;
constexpr std::size_t listed_max = 3;

LocalSecond to_seconds(LocalTime reading) { return std::chrono::floor<seconds>(reading); }

// "02:30", "02:00 and 02:30", "02:00 to 02:55 (12 times)"
std::string list_of(const std::vector<LocalTime>& readings) {
  if (readings.size() > listed_max) {
    return time_text(readings.front()) + " to " + time_text(readings.back()) + " (" +
           (readings.size() == readings_max ? "more than " : "") + std::to_string(readings.size()) + " times)";
  }
  std::vector<std::string> texts;
  for (const LocalTime reading : readings) texts.push_back(time_text(reading));
  return join(texts);
}

std::string do_not_exist(const std::vector<LocalTime>& readings, const std::string& when) {
  return list_of(readings) + when + (readings.size() == 1 ? " does not exist" : " do not exist");
}

}  // namespace

// The matching readings in the gap that ends with the period that begins at `change`.
std::vector<LocalTime> FieldsTrigger::in_gap_at(WallTime change) const {
  std::vector<LocalTime> readings;
  const LocalSecond begin = to_seconds(zone_->period_at(change - Millis{1}).local(change));
  const LocalSecond end = to_seconds(zone_->local(change));
  for (auto match = fields_.first_from(begin); match && *match < end && readings.size() < readings_max;
       match = fields_.first_from(*match + seconds{1})) {
    readings.emplace_back(*match);
  }
  return readings;
}

// Those of them that were moved to `slot` (S14).
std::vector<LocalTime> FieldsTrigger::moved_to(WallTime slot) const {
  const Zone::Period here = zone_->period_at(slot);
  if (here.begin == Zone::past || dst_.skipped == SkippedTime::skip) return {};
  if (dst_.skipped == SkippedTime::run) return slot == here.begin ? in_gap_at(slot) : std::vector<LocalTime>{};
  const Zone::Period before = zone_->period_at(here.begin - Millis{1});
  const LocalTime reading = before.local(slot);
  const bool is_in_gap = reading >= before.local(here.begin) && reading < here.local(here.begin);
  if (!is_in_gap || !fields_.matches(to_seconds(reading))) return {};
  return {reading};
}

std::vector<LocalTime> FieldsTrigger::readings(WallTime slot) const {
  std::vector<LocalTime> readings = moved_to(slot);
  const LocalTime own = zone_->local(slot);
  if (fields_.matches(to_seconds(own))) readings.push_back(own);
  return readings;
}

std::string FieldsTrigger::note_on_repetition(WallTime slot) const {
  const LocalTime own = zone_->local(slot);
  const Zone::Lookup lookup = zone_->lookup(own);
  if (lookup.reading != Zone::Reading::repeated || !fields_.matches(to_seconds(own))) return "";
  const std::string which = slot == lookup.before ? "first" : "second";
  const std::string subject = time_text(own) + " comes twice that day: ";
  return dst_.repeated == RepeatedTime::both ? subject + "this is the " + which + " time"
                                             : subject + "runs the " + which + " time only";
}

// Times that S13 and S14 dropped between two slots.
void FieldsTrigger::add_dropped(WallTime after, WallTime slot, std::vector<std::string>& notes) const {
  if (dst_.skipped != SkippedTime::skip) return;
  // What recurs in every hour loses nothing when an hour is missing from the clock.
  if (class_ == TimeClass::recurring && fields_.hours == Fields::all_hours) return;
  for (WallTime change = zone_->period_at(after).end; change <= slot; change = zone_->period_at(change).end) {
    const std::vector<LocalTime> dropped = in_gap_at(change);
    if (!dropped.empty()) notes.push_back(do_not_exist(dropped, " on " + date_text(dropped.front())) + ": left out");
  }
}

// Months between two slots that are too short for a day that is named.
void FieldsTrigger::add_short_months(WallTime after, WallTime slot, std::vector<std::string>& notes) const {
  constexpr int named_days_max = 4;  // `*/2` is not about the 31st
  const std::uint32_t named = fields_.days | (fields_.rare ? fields_.rare->nearest_weekday : 0U);
  if (fields_.day_rule == DayRule::either || std::popcount(named) > named_days_max) return;
  const auto month_of = [&](WallTime t) {
    const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(zone_->local(t))};
    return date.year() / date.month();
  };
  std::size_t months = 0;
  for (auto month = month_of(after); month < month_of(slot); month += std::chrono::months{1}) {
    if ((fields_.months >> static_cast<unsigned>(month.month()) & 1U) == 0) continue;
    const auto length = static_cast<unsigned>((month / std::chrono::last).day());
    const std::uint64_t missing = named & ~((std::uint64_t{2} << length) - 1);
    if (missing == 0) continue;
    if (++months > listed_max) {
      notes.emplace_back("and so on");
      return;
    }
    std::vector<std::string> days;
    for (std::uint64_t rest = missing; rest != 0; rest &= rest - 1)
      days.push_back(ordinal(static_cast<unsigned>(std::countr_zero(rest))));
    notes.push_back(std::string(month_name(static_cast<unsigned>(month.month()))) + " " +
                    std::to_string(static_cast<int>(month.year())) + " has no " + join(days, " or "));
  }
}

std::vector<std::string> FieldsTrigger::notes(WallTime after, WallTime slot) const {
  std::vector<std::string> notes;
  if (const std::vector<LocalTime> moved = moved_to(slot); !moved.empty()) {
    const bool is_that_day = date_text(moved.front()) == date_text(zone_->local(slot));
    const std::string when = is_that_day ? " that day" : ", " + date_text(moved.front());
    const auto later = zone_->local(slot) - moved.front();
    const std::string how =
        dst_.skipped == SkippedTime::run ? "runs right after the change" : "runs " + duration_words(later) + " later";
    notes.push_back(list_of(moved) + (moved.size() == 1 ? " does not exist" : " do not exist") + when + ": " + how);
  }
  if (std::string note = note_on_repetition(slot); !note.empty()) notes.push_back(std::move(note));
  add_dropped(after, slot, notes);
  add_short_months(after, slot, notes);
  return notes;
}

std::string FieldsTrigger::describe() const { return belfry::describe(fields_); }

}  // namespace belfry
