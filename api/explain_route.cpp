#include <utility>

#include <api/explain_route.h>
#include <api/find_job.h>
#include <api/json.h>
#include <api/problem.h>
#include <base/text.h>
#include <base/try.h>
#include <base/zones.h>
#include <triggers/due_times.h>
#include <triggers/job_words.h>
#include <triggers/parse.h>

namespace belfry::api {

namespace {

constexpr std::size_t times_default = 5;
constexpr std::size_t times_max = 1'000;

struct Question {
  std::string expression;
  std::string zone;
  WallTime from;
  std::size_t limit = times_default;
  bool is_calendar = false;
};

Result<bool> flag_in(const Query& query, std::string_view name) {
  const auto word = query.text(name);
  if (!word || *word == "false") return false;
  if (*word == "true") return true;
  return std::unexpected(Error::bad_input("parameter '" + std::string(name) + "': it is true or false"));
}

Result<Question> question_in(const Call& call) {
  Question question{.expression = std::string(call.query.text("expr").value_or("")),
                    .zone = std::string(call.query.text("tz").value_or(call.frame().timezone)),
                    .from = TRY(call.query.instant("from")).value_or(call.backend.now().wall)};
  question.limit = TRY(call.query.number("limit", {.min = 1, .max = times_max})).value_or(question.limit);
  question.is_calendar = TRY(flag_in(call.query, "calendar"));
  const bool is_about_job = call.query.text("job").has_value();
  if (is_about_job != question.expression.empty()) {
    return std::unexpected(Error::bad_input("it needs one of the parameters 'expr' and 'job'"));
  }
  return question;
}

Result<std::shared_ptr<const Zone>> zone_in(ZoneCache& zones, const std::string& name) {
  auto zone = zones.find(name);
  if (!zone) return std::unexpected(Error::bad_input("parameter 'tz': " + zone.error().what));
  return zone;
}

Response told(const Question& question, const Schedule& schedule, std::string words, const Zone& zone) {
  return json_response(explanation_json({.expression = question.expression,
                                         .words = std::move(words),
                                         .schedule = schedule,
                                         .zone = zone,
                                         .next = due_times(schedule, question.from, question.limit)}));
}

// "column 4: hour 25 is above 23 (hours go from 0 to 23)"
Error error_of(const ParseProblem& problem) {
  return Error::bad_input("parameter 'expr', character " + std::to_string(problem.offset + 1) + ": " +
                          problem.message());
}

// Zones are files, so this is no work for the loop.
Result<Response> explain_expression(const Question& question) {
  ZoneCache zones;
  auto zone = TRY(zone_in(zones, question.zone));
  const ScheduleContext context{.zone = zone, .job = "", .dst = {}, .zone_named = [&](std::string_view name) {
                                  auto named = zones.find(name);
                                  if (named) zone = *named;  // a line that names its zone is shown in it
                                  return named;
                                }};
  const auto schedule = question.is_calendar ? parse_calendar(question.expression, context)
                                             : parse_schedule(question.expression, context);
  if (!schedule) return std::unexpected(error_of(schedule.error()));
  return told(question, *schedule, schedule->describe(), *zone);
}

Result<Response> explain_job(const Question& question, const Job& job) {
  ZoneCache zones;
  const auto zone = TRY(zone_in(zones, question.zone));
  return told(question, job.schedule, describe_triggers(job), *zone);
}

}  // namespace

Result<void> get_explanation(const Call& call) {
  Question question = TRY(question_in(call));
  std::optional<Job> job;
  if (const auto name = call.query.text("job")) {
    job = *TRY(find_job(call.backend.view(), std::string(*name))).job;
    question.expression = job->name.text();
    if (!call.query.text("tz")) question.zone = job->zone_name;
  }
  call.backend.read_history(
      [question, job, reply = call.reply](History&) {
        auto response = job ? explain_job(question, *job) : explain_expression(question);
        return [reply, response = std::move(response)] {
          reply(response ? *response : respond(problem_from(response.error())));
        };
      },
      call.no_memory());
  return {};
}

}  // namespace belfry::api
