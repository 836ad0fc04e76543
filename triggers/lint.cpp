#include <array>

#include <base/text.h>
#include <triggers/cron_parser.h>
#include <triggers/lint.h>
#include <triggers/local_text.h>
#include <triggers/words.h>

namespace belfry {

namespace {

// The fields of a cron line by name, and how many values each goes through before it begins again.
struct FieldText {
  std::string_view name;
  unsigned size;
  std::string_view text;
};

std::vector<FieldText> fields_of(std::string_view line) {
  struct Kind {
    std::string_view name;
    unsigned size;
  };
  constexpr std::array<Kind, 6> kinds{Kind{"second", 60}, Kind{"minute", 60}, Kind{"hour", 24},
                                      Kind{"day", 31},    Kind{"month", 12},  Kind{"weekday", 7}};
  std::vector<std::string_view> words;
  for (const std::string_view word : split(line, ' ')) {
    if (!trim(word).empty()) words.push_back(trim(word));
  }
  const std::size_t skipped = words.size() == 5 ? 1 : 0;
  std::vector<FieldText> fields;
  for (std::size_t i = skipped; i < kinds.size() && i - skipped < words.size(); ++i) {
    fields.push_back({kinds[i].name, kinds[i].size, words[i - skipped]});
  }
  return fields;
}

void add_uneven_steps(const FieldText& field, std::vector<Lint>& found) {
  for (const std::string_view item : split(field.text, ',')) {
    if (!item.starts_with("*/")) continue;
    const auto step = parse_unsigned(item.substr(2));
    if (!step || field.size % *step == 0) continue;
    found.push_back({.kind = Lint::Kind::uneven_step,
                     .what = std::string(item) + " in the " + std::string(field.name) + " field does not divide " +
                             std::to_string(field.size) + ": the last pause is shorter than the others",
                     .hint = "for an even rhythm write every: with a duration"});
  }
}

bool is_leap_years_only(const Fields& fields) {
  if (fields.months != 1U << 2U || fields.day_rule == DayRule::either) return false;
  for (int year = RareFields::year_min; year <= RareFields::year_max; ++year) {
    const std::chrono::year y{year};
    if (fields.rare && fields.rare->names_years() && !fields.rare->has_year(year)) continue;
    if (!y.is_leap() && fields.days_of(y / std::chrono::February) != 0) return false;
    if (y.is_leap() && fields.days_of(y / std::chrono::February) != 1U << 29U) return false;
  }
  return true;
}

bool has_quartz_weekday(const std::vector<FieldText>& fields) {
  bool has_question_mark = false;
  for (const FieldText& field : fields) has_question_mark |= field.text.starts_with('?');
  return has_question_mark && fields.back().text.find_first_of("0123456789") != std::string_view::npos;
}

std::string change_hint(TimeClass time_class, bool is_gap) {
  if (time_class == TimeClass::recurring) return is_gap ? "it is left out that day" : "it happens both times that day";
  return is_gap ? "dst: { skipped: run | shift | skip } says what happens then"
                : "dst: { repeated: first | last | both } says what happens then";
}

// The readings that a change of the clock skips or repeats, where some of them match.
void add_changes(const CronLine& line, const Zone& zone, WallTime now, std::vector<Lint>& found) {
  constexpr int changes_looked_at = 2;
  if (line.time_class == TimeClass::recurring && line.fields.hours == Fields::all_hours) return;
  Zone::Period here = zone.period_at(now);
  for (int seen = 0; seen < changes_looked_at && here.end != Zone::future;) {
    const Zone::Period next = zone.period_at(here.end);
    if (next.offset != here.offset) {
      ++seen;
      const bool is_gap = next.offset > here.offset;
      const auto begin = std::chrono::floor<std::chrono::seconds>(std::min(here.local(here.end), next.local(here.end)));
      const auto end = std::chrono::floor<std::chrono::seconds>(std::max(here.local(here.end), next.local(here.end)));
      const auto match = line.fields.first_from(begin);
      if (match && *match < end) {
        found.push_back(
            {.kind = Lint::Kind::dst_change,
             .what = reading_text(*match) + (is_gap ? " does not exist in " : " comes twice in ") + zone.name(),
             .hint = change_hint(line.time_class, is_gap)});
      }
    }
    here = next;
  }
}

std::vector<Lint> lint_cron(std::string_view text, const ScheduleContext& context, WallTime now) {
  std::vector<Lint> found;
  const auto line = parse_cron_line(text, context.job);
  if (!line) return found;
  const std::vector<FieldText> fields = fields_of(text);
  if (is_leap_years_only(line->fields)) {
    found.push_back({.kind = Lint::Kind::leap_years_only,
                     .what = "it happens in leap years only",
                     .hint = "28 or L is the last day of every February"});
  }
  for (const FieldText& field : fields) add_uneven_steps(field, found);
  if (line->fields.day_rule == DayRule::either) {
    found.push_back({.kind = Lint::Kind::either_day,
                     .what = "day of month and weekday are both given: it happens on days that satisfy either",
                     .hint = "put + before the weekday, as +MON, for days that satisfy both"});
  }
  if (has_quartz_weekday(fields)) {
    found.push_back({.kind = Lint::Kind::quartz_weekday,
                     .what = "weekdays are counted from Sunday = 0 here, not from 1 as in Quartz",
                     .hint = "write weekdays by name"});
  }
  add_changes(*line, *context.zone, now, found);
  return found;
}

}  // namespace

std::vector<Lint> lint_interval(Millis period) {
  const bool is_weeks = period % std::chrono::weeks{1} == Millis{0};
  const bool is_days = period % std::chrono::days{1} == Millis{0};
  if (!is_days) return {};
  return {{.kind = Lint::Kind::utc_day,
           .what = is_weeks ? "an interval of weeks falls on Thursdays at midnight UTC"
                            : "an interval of days falls on midnight UTC",
           .hint = is_weeks ? "for a weekday write a cron line, as 0 0 * * MON"
                            : "for a time of day write a cron line, as 0 0 * * *"}};
}

std::vector<Lint> lint_schedule(std::string_view text, const ScheduleContext& context, WallTime now) {
  constexpr std::string_view every = "every";
  const std::string_view bare = trim(text);
  if (!bare.starts_with(every)) return lint_cron(bare, context, now);
  const auto period = parse_duration(trim(bare.substr(every.size())));
  return period ? lint_interval(*period) : std::vector<Lint>{};
}

}  // namespace belfry
