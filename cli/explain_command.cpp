#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <base/text.h>
#include <base/try.h>
#include <base/zones.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/explain_command.h>
#include <cli/job_schedule.h>
#include <cli/output.h>
#include <cli/text_width.h>
#include <daemon/clock.h>
#include <triggers/due_times.h>
#include <triggers/lint.h>
#include <triggers/local_text.h>
#include <triggers/parse.h>
#include <triggers/words.h>

namespace belfry::cli {

namespace {

enum class Grammar { schedule, calendar };

struct Options {
  std::string expression;
  std::string zone;  // empty: the system's
  std::string from;  // empty: now
  std::size_t count = 5;
  Grammar grammar = Grammar::schedule;
  std::string skipped = "run";
  std::string repeated = "first";
};

const std::map<std::string, SkippedTime> skipped_words{
    {"run", SkippedTime::run}, {"shift", SkippedTime::shift}, {"skip", SkippedTime::skip}};
const std::map<std::string, RepeatedTime> repeated_words{
    {"first", RepeatedTime::first}, {"last", RepeatedTime::last}, {"both", RepeatedTime::both}};

constexpr std::size_t count_max = 10'000;

struct Explanation {
  std::string expression;
  std::string words;
  std::shared_ptr<const Zone> zone;
  Schedule schedule;
  std::vector<DueTime> next;
  std::vector<Lint> lint;
};

// The text, and a mark under the place where it goes wrong.
Error show_problem(std::string_view text, const ParseProblem& problem) {
  std::string what =
      printable(problem.what) + "\n  " + printable(text) + "\n  " + std::string(problem.offset, ' ') + "^";
  if (!problem.hint.empty()) what += " " + printable(problem.hint);
  return Error::bad_input(std::move(what));
}

Result<WallTime> start_of(const Options& options, const Zone& zone) {
  if (options.from.empty()) return SystemClock().read().wall;
  const auto from = parse_instant(options.from, zone);
  if (!from) return std::unexpected(show_problem(options.from, from.error()));
  return *from;
}

Result<std::shared_ptr<const Zone>> zone_of(const Options& options, ZoneCache& zones) {
  auto zone = options.zone.empty() ? zones.system_zone() : zones.find(options.zone);
  if (!zone) zone.error().kind = ErrorKind::bad_input;
  return zone;
}

Result<Explanation> explain_expression(const Options& options) {
  ZoneCache zones;
  auto zone = TRY(zone_of(options, zones));
  const WallTime from = TRY(start_of(options, *zone));
  const ScheduleContext context{
      .zone = zone,
      .job = "",
      .dst = {.skipped = skipped_words.at(options.skipped), .repeated = repeated_words.at(options.repeated)},
      .zone_named = [&](std::string_view name) {
        auto named = zones.find(name);
        if (named) zone = *named;  // a line that names its zone is shown in it
        return named;
      }};
  const bool is_calendar = options.grammar == Grammar::calendar;
  const auto schedule =
      is_calendar ? parse_calendar(options.expression, context) : parse_schedule(options.expression, context);
  if (!schedule) return std::unexpected(show_problem(options.expression, schedule.error()));
  return Explanation{.expression = options.expression,
                     .words = schedule->describe(),
                     .zone = zone,
                     .schedule = *schedule,
                     .next = due_times(*schedule, from, options.count),
                     .lint = is_calendar ? std::vector<Lint>{} : lint_schedule(options.expression, context, from)};
}

Result<Explanation> explain_job(const Context& context, const Options& options) {
  JobSchedule job = TRY(schedule_of_job(context, options.expression));
  ZoneCache zones;
  if (!options.zone.empty()) job.zone = TRY(zone_of(options, zones));
  const WallTime from = TRY(start_of(options, *job.zone));
  return Explanation{.expression = options.expression,
                     .words = job.words,
                     .zone = job.zone,
                     .schedule = job.schedule,
                     .next = due_times(job.schedule, from, options.count),
                     .lint = {}};
}

// A word that is no schedule may be a job.
Result<Explanation> explain(const Context& context, const Options& options) {
  auto explained = explain_expression(options);
  const bool may_be_job = options.grammar == Grammar::schedule && JobName::parse(options.expression).has_value();
  if (explained || !may_be_job) return explained;
  auto of_job = explain_job(context, options);
  if (of_job || !context.config.empty()) return of_job;
  if (of_job.error().kind == ErrorKind::not_found) explained.error().what += "\n" + of_job.error().what;
  return explained;
}

// ---- For people ----

std::string utc_column(WallTime at, const Zone& zone) {
  const LocalTime utc{at.time_since_epoch()};
  const bool is_same_day = date_text(utc) == date_text(zone.local(at));
  return (is_same_day ? time_text(utc) : reading_text(utc)) + " UTC";
}

std::string local_column(WallTime at, const Zone& zone) {
  const Zone::Period period = zone.period_at(at);
  const LocalTime reading = period.local(at);
  const std::chrono::weekday weekday{std::chrono::floor<std::chrono::days>(reading)};
  const std::string full = format_local(at, zone);  // has the seconds in any case
  return std::string(weekday_name(weekday.c_encoding()).substr(0, 3)) + " " + date_text(reading) + " " +
         full.substr(11, full.find_last_of("+-") - 11) + " " + std::string(period.abbreviation);
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

void print_for_people(const Context& context, const Explanation& told) {
  std::vector<std::string> locals, utcs;
  std::size_t local_width = 0, utc_width = 0;
  for (const DueTime& due : told.next) {
    locals.push_back(local_column(due.at, *told.zone));
    utcs.push_back(utc_column(due.at, *told.zone));
    local_width = std::max(local_width, locals.back().size());
    utc_width = std::max(utc_width, utcs.back().size());
  }
  std::string text = told.words + ", " + told.zone->name() + "\n";
  for (std::size_t i = 0; i < told.next.size(); ++i) {
    std::string line = "  " + padded(locals[i], local_width + 3) + padded(utcs[i], utc_width + 3) + told.next[i].note;
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  if (told.next.empty() && !told.schedule.is_manual()) text += "  not due any more\n";
  text += "normal form: " + told.schedule.normal_form() + "\n";
  print(text);
  for (const Lint& lint : told.lint) hint(context, "note: " + lint.what + "; " + lint.hint);
}

// ---- For programs ----

void print_json(const Explanation& told) {
  std::vector<ExplainedTime> next;
  for (const DueTime& due : told.next) {
    next.push_back({.utc = format_utc(due.at), .local = format_local(due.at, *told.zone), .note = due.note});
  }
  print(encode_explanation({.expression = told.expression,
                            .description = told.words,
                            .normal_form = told.schedule.normal_form(),
                            .next = std::move(next)}));
}

Result<int> run(const Context& context, const Options& options) {
  const Explanation told = TRY(explain(context, options));
  if (context.form == OutputForm::json) {
    print_json(told);
  } else {
    print_for_people(context, told);
  }
  return exit_ok;
}

template <class Value>
std::vector<std::string> words_of(const std::map<std::string, Value>& words) {
  std::vector<std::string> names;
  for (const auto& [word, value] : words) names.push_back(word);
  return names;
}

}  // namespace

void add_explain(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("explain", "Say what a schedule, or that of a job, means, and when it is due next.");
  command->footer(
      "  belfry explain \"30 2 * * *\" --tz Europe/Berlin\n"
      "  belfry explain \"every 15m\" -n 3\n"
      "  belfry explain nightly-backup -n 20\n"
      "  belfry explain --calendar \"Mon *-*~07/1 08:00\"\n"
      "  belfry explain \"30 2 * * *\" --tz Europe/Berlin --from 2026-03-27 --dst-skipped shift");
  command
      ->add_option("expression", options->expression,
                   "A schedule, as it stands in schedules.yaml; or the name of a job")
      ->required()
      ->type_name("EXPR");
  command->add_option("-c,--config", context.config, "The file the job stands in")->type_name("FILE");
  command
      ->add_option("--tz", options->zone,
                   "The time zone it is read in; the system's, if none is given. Of a job: that it is shown in")
      ->type_name("ZONE");
  command->add_option("--from", options->from, "Times later than this instant; now, if none is given")
      ->type_name("TIME");
  command->add_option("-n", options->count, "How many times")
      ->check(CLI::Range(std::size_t{1}, count_max))
      ->capture_default_str()
      ->type_name("N");
  command->add_flag_callback(
      "--calendar", [options] { options->grammar = Grammar::calendar; },
      "EXPR is a line of systemd's calendar (on_calendar:)");
  command->add_option("--dst-skipped", options->skipped, "A time that does not exist: run, shift or skip")
      ->check(CLI::IsMember(words_of(skipped_words)))
      ->capture_default_str()
      ->type_name("POLICY");
  command->add_option("--dst-repeated", options->repeated, "A time that comes twice: first, last or both")
      ->check(CLI::IsMember(words_of(repeated_words)))
      ->capture_default_str()
      ->type_name("POLICY");
  command->callback([&context, options] { context.chosen = [options](Context& c) { return run(c, *options); }; });
}

}  // namespace belfry::cli
