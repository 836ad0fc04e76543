#include <array>

#include <base/text.h>
#include <base/try.h>
#include <triggers/cron_parser.h>
#include <triggers/fields_trigger.h>
#include <triggers/interval_trigger.h>
#include <triggers/parse.h>

namespace belfry {

namespace {

struct Nickname {
  std::string_view name;
  std::string_view line;
};

constexpr std::array nicknames{Nickname{"@hourly", "0 * * * *"},   Nickname{"@daily", "0 0 * * *"},
                               Nickname{"@midnight", "0 0 * * *"}, Nickname{"@weekly", "0 0 * * 0"},
                               Nickname{"@monthly", "0 0 1 * *"},  Nickname{"@yearly", "0 0 1 1 *"},
                               Nickname{"@annually", "0 0 1 1 *"}};

std::unexpected<ParseProblem> problem(std::size_t offset, std::string what, std::string hint) {
  return std::unexpected(ParseProblem{.offset = offset, .what = std::move(what), .hint = std::move(hint)});
}

Parsed<std::string_view> line_of_nickname(std::string_view text) {
  std::array<std::string_view, nicknames.size()> names;
  for (std::size_t i = 0; i < nicknames.size(); ++i) {
    if (nicknames[i].name == text) return nicknames[i].line;
    names[i] = nicknames[i].name;
  }
  const auto near = nearest(text, names);
  return problem(0, "'" + std::string(text) + "' is not known here",
                 near ? "did you mean " + std::string(*near) + "?"
                      : "there are @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually");
}

std::size_t leading_blanks(std::string_view text) { return static_cast<std::size_t>(trim(text).data() - text.data()); }

template <class T>
Parsed<T> shifted(Parsed<T> result, std::size_t by) {
  if (!result) result.error().offset += by;
  return result;
}

}  // namespace

Parsed<Schedule> parse_cron(std::string_view text, const ScheduleContext& context) {
  const std::string_view bare = trim(text);
  if (bare.empty()) return problem(0, "the schedule is empty", "write for example 30 2 * * *");
  const std::string_view line_text =
      bare.front() == '@' ? TRY(shifted(line_of_nickname(bare), leading_blanks(text))) : text;
  CronLine line = TRY(parse_cron_line(line_text, context.job));
  if (!line.fields.ever_matches())
    return problem(leading_blanks(text), "'" + std::string(bare) + "' never happens", "");
  return Schedule(
      std::make_shared<const FieldsTrigger>(std::move(line.fields), line.time_class, context.zone, context.dst));
}

Parsed<Schedule> parse_every(std::string_view text) {
  const std::string_view bare = trim(text);
  const std::size_t begin = leading_blanks(text);
  const auto period = parse_duration(bare);
  if (!period) return problem(begin, period.error().what, "");
  if (*period < IntervalTrigger::period_min) {
    return problem(begin, "an interval of " + std::string(bare) + " is shorter than 100ms", "100ms is the shortest");
  }
  return Schedule(std::make_shared<const IntervalTrigger>(*period));
}

Parsed<Schedule> parse_schedule(std::string_view text, const ScheduleContext& context) {
  constexpr std::string_view every = "every";
  const std::string_view bare = trim(text);
  const std::size_t begin = leading_blanks(text);
  if (bare == "manual") return Schedule();
  if (bare == every || bare.starts_with("every ")) {
    return shifted(parse_every(bare.substr(every.size())), begin + every.size());
  }
  return parse_cron(text, context);
}

}  // namespace belfry
