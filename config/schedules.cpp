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
    CompiledSchedule out{.measured = {}, .startup = {}, .after = {}, .text = text_of_entry(), .zone = zone_};
    if (is_event()) return check_event_keys() && read_event(out) ? std::optional(std::move(out)) : std::nullopt;
    auto schedule = compile_instants();
    if (!schedule) return std::nullopt;
    out.schedule = *std::move(schedule);
    return out;
  }

 private:
  // Due when something happens, and not at instants that are known beforehand.
  bool is_event() const { return entry_.measured_from || entry_.on_startup || entry_.after || is_reboot(); }
  bool is_reboot() const {
    const auto& text = entry_.text ? entry_.text : entry_.cron;
    return text && text->text == "@reboot";
  }

  // Keys that speak of instants say nothing about events.
  bool check_event_keys() {
    std::string_view odd;
    if (entry_.from) odd = "from";
    if (entry_.until) odd = "until";
    if (!entry_.exclude.empty()) odd = "exclude";
    if (!entry_.only.empty()) odd = "only";
    if (entry_.jitter > Millis{0}) odd = "jitter";
    if (entry_.spread > Millis{0}) odd = "spread";
    if (odd.empty()) return true;
    reader_.error(reader_.subject_at(), quote(odd) + " needs a schedule whose times are known beforehand",
                  "remove it, or use cron, every without measured_from, on_calendar or at");
    return false;
  }

  bool read_event(CompiledSchedule& out) {
    if (is_reboot()) out.startup = StartupTrigger{.when = StartupTrigger::When::each_boot};
    if (entry_.on_startup) out.startup = StartupTrigger{.delay = *entry_.on_startup};
    if (entry_.after) out.after = read_after();
    if (!entry_.measured_from) return true;
    if (!entry_.every) return false;  // which has been reported
    // Whatever is no period for a grid is none here.
    if (!check(reader_, entry_.every->node, parse_every(entry_.every->text))) return false;
    out.measured = MeasuredInterval{.period = parse_duration(entry_.every->text).value_or(Millis{}),
                                    .from = *entry_.measured_from};
    return true;
  }

  // A name that is none has been reported, or will be: no job is called by it.
  AfterTrigger read_after() const {
    AfterTrigger after{.jobs = {},
                       .when = entry_.when.value_or(AfterTrigger::When::success),
                       .delay = entry_.delay.value_or(Millis{})};
    for (const MarkedText& other : entry_.after->jobs) {
      if (auto name = JobName::parse(other.text)) after.jobs.push_back(*std::move(name));
    }
    return after;
  }

  std::optional<Schedule> compile_instants() {
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
    return made;
  }

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
    if (entry_.on_startup) return format_duration(*entry_.on_startup) + " after the daemon's start";
    if (entry_.after) return text_of_after();
    if (!entry_.every) return "";  // which has been reported
    const std::string every = "every " + std::string(entry_.every->text);
    if (!entry_.measured_from) return every;
    return every + (*entry_.measured_from == MeasuredInterval::From::start ? " after it starts" : " after it finishes");
  }

  std::string text_of_after() const {
    const Millis delay = entry_.delay.value_or(Millis{});
    std::string text = delay > Millis{} ? format_duration(delay) + " after " : "after ";
    for (std::size_t i = 0; i < entry_.after->jobs.size(); ++i) {
      text += (i == 0 ? "" : ", ") + std::string(entry_.after->jobs[i].text);
    }
    using When = AfterTrigger::When;
    const When when = entry_.when.value_or(When::success);
    return text + (when == When::success ? "" : when == When::failure ? " (failure)" : " (always)");
  }

  Reader& reader_;
  const ScheduleEntry& entry_;
  const ScheduleSurroundings& around_;
  std::shared_ptr<const Zone> zone_;
};

}  // namespace

namespace {

// One of each kind is enough: two intervals from one start would have two starts.
template <class Trigger>
bool take(Reader& reader, const char* kind, std::optional<Trigger> one, std::optional<Trigger>& all) {
  if (one && all) {
    reader.error(reader.subject_at(), "two schedules with " + quote(kind) + " in " + reader.subject(),
                 "one of them is enough for a job");
    return false;
  }
  if (one) all = std::move(one);
  return true;
}

}  // namespace

std::optional<CompiledSchedule> compile(Reader& reader, const ScheduleList& list, const ScheduleSurroundings& around) {
  std::vector<Schedule> schedules;
  CompiledSchedule all{.measured = {}, .startup = {}, .after = {}, .text = {}, .zone = around.zone};
  std::size_t compiled = 0;
  for (const ScheduleEntry& entry : list.entries) {
    auto one = Compiler(reader, entry, around).compile();
    if (!one) continue;
    const bool is_event = one->measured || one->startup || one->after;
    if (!is_event && one->schedule.is_manual() && list.entries.size() > 1) {
      reader.error(entry.text->node, "'manual' among other schedules means nothing", "remove it");
    }
    if (compiled++ == 0) all.zone = one->zone;
    all.text += (all.text.empty() ? "" : " · ") + one->text;
    const bool is_fine = take(reader, "measured_from", one->measured, all.measured) &&
                         take(reader, "on_startup", one->startup, all.startup) &&
                         take(reader, "after", std::move(one->after), all.after);
    if (!is_fine) return std::nullopt;
    if (!is_event) schedules.push_back(std::move(one->schedule));
  }
  if (compiled != list.entries.size()) return std::nullopt;
  if (all.measured && !schedules.empty()) {
    reader.error(reader.subject_at(), "'measured_from' beside other times in " + reader.subject(),
                 "make a job of its own for one of them: what is measured from a run would begin anew with each");
    return std::nullopt;
  }
  all.schedule = schedules.size() == 1 ? std::move(schedules.front()) : any_of(std::move(schedules));
  return all;
}

}  // namespace belfry::config
