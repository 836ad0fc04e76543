#include <utility>

#include <base/text.h>
#include <config/schedules.h>
#include <triggers/combine.h>
#include <triggers/parse.h>

namespace belfry::config {

namespace {

// The triggers point into the text of the expression; the reader of the message looks at the file.
template <class T>
std::optional<T> check(Reader& reader, Node node, Parsed<T> parsed) {
  if (parsed) return std::move(*parsed);
  reader.error_inside(node, parsed.error().offset, std::move(parsed.error().what), std::move(parsed.error().hint));
  return std::nullopt;
}

// One entry of a `schedule:`, on its way to a Schedule.
class Compiler {
 public:
  Compiler(Reader& reader, const ScheduleEntry& entry, const ScheduleSurroundings& around)
      : reader_(reader), entry_(entry), around_(around), zone_(entry.zone ? entry.zone : around.zone) {}

  std::optional<CompiledSchedule> compile() {
    const auto bounds = read_bounds();
    if (!bounds) return std::nullopt;
    auto schedule = read_when(*bounds);
    auto filter = read_filter();
    if (!schedule || !filter) return std::nullopt;
    Schedule made = *std::move(schedule);
    if (bounds->from || bounds->until) made = bounded(std::move(made), *bounds);
    if (!filter->exclude.empty() || !filter->only.empty()) made = filtered(std::move(made), *std::move(filter));
    if (entry_.jitter > Millis{0} || entry_.spread > Millis{0}) {
      made = delayed(
          std::move(made),
          {.jitter = entry_.jitter, .spread = entry_.spread, .job = std::string(around_.job), .salt = around_.salt});
    }
    return CompiledSchedule{.schedule = std::move(made), .text = text_of_entry(), .zone = zone_};
  }

 private:
  ScheduleContext context() const {
    return {.zone = zone_,
            .job = around_.job,
            .dst = entry_.dst,
            .zone_named = [&zones = reader_.zones()](std::string_view name) { return zones.find(name); }};
  }

  std::optional<Schedule> read_when(const Bounds& bounds) {
    const auto parsed = [&](const std::optional<MarkedText>& text, auto parse) {
      return check(reader_, text->node, parse(text->text));
    };
    if (entry_.text) return parsed(entry_.text, [&](auto text) { return parse_schedule(text, context()); });
    if (entry_.cron) return parsed(entry_.cron, [&](auto text) { return parse_cron(text, context()); });
    if (entry_.on_calendar) {
      return parsed(entry_.on_calendar, [&](auto text) { return parse_calendar(text, context()); });
    }
    if (entry_.at) return parsed(entry_.at, [&](auto text) { return parse_at(text, context()); });
    if (!entry_.every) return std::nullopt;
    return parsed(entry_.every, [&](auto text) { return parse_every(text, bounds.from.value_or(WallTime{})); });
  }

  std::optional<Bounds> read_bounds() {
    Bounds bounds;
    for (const auto& [text, bound] : {std::pair{&entry_.from, &bounds.from}, std::pair{&entry_.until, &bounds.until}}) {
      if (!*text) continue;
      *bound = check(reader_, (*text)->node, parse_instant((*text)->text, *zone_));
      if (!*bound) return std::nullopt;
    }
    return bounds;
  }

  std::optional<CalendarFilter> read_filter() {
    CalendarFilter filter{.zone = zone_};
    const bool found = find_calendars(entry_.exclude, filter.exclude) & find_calendars(entry_.only, filter.only);
    return found ? std::optional(std::move(filter)) : std::nullopt;
  }

  bool find_calendars(const std::vector<MarkedText>& names, std::vector<std::shared_ptr<const Calendar>>& into) {
    bool found_all = true;
    for (const MarkedText& name : names) {
      const auto found = around_.calendars.find(name.text);
      if (found != around_.calendars.end()) {
        into.push_back(found->second);
        continue;
      }
      found_all = false;
      std::vector<std::string_view> known;
      for (const auto& [calendar, days] : around_.calendars) known.push_back(calendar);
      const auto near = nearest(name.text, known);
      reader_.error(name.node, "there is no calendar " + quote(name.text),
                    near ? "did you mean " + quote(*near) + "?"
                         : "define it at the top of the file:  calendars: { " + std::string(name.text) + ": [12-25] }");
    }
    return found_all;
  }

  std::string text_of_entry() const {
    if (entry_.text) return std::string(entry_.text->text);
    if (entry_.cron) return std::string(entry_.cron->text);
    if (entry_.on_calendar) return std::string(entry_.on_calendar->text);
    if (entry_.at) return "at " + std::string(entry_.at->text);
    return "every " + std::string(entry_.every->text);
  }

  Reader& reader_;
  const ScheduleEntry& entry_;
  const ScheduleSurroundings& around_;
  std::shared_ptr<const Zone> zone_;
};

}  // namespace

std::optional<CompiledSchedule> compile(Reader& reader, const ScheduleList& list, const ScheduleSurroundings& around) {
  std::vector<Schedule> schedules;
  CompiledSchedule all{.zone = around.zone};
  for (const ScheduleEntry& entry : list.entries) {
    auto one = Compiler(reader, entry, around).compile();
    if (!one) continue;
    if (one->schedule.is_manual() && list.entries.size() > 1) {
      reader.error(entry.text->node, "'manual' among other schedules means nothing", "remove it");
    }
    if (schedules.empty()) all.zone = one->zone;
    all.text += (schedules.empty() ? "" : " · ") + one->text;
    schedules.push_back(std::move(one->schedule));
  }
  if (schedules.size() != list.entries.size()) return std::nullopt;
  all.schedule = schedules.size() == 1 ? std::move(schedules.front()) : any_of(std::move(schedules));
  return all;
}

}  // namespace belfry::config
