#include <strings.h>

#include <api/job_routes.h>
#include <api/json.h>
#include <api/problem.h>
#include <base/text.h>
#include <base/try.h>

namespace belfry::api {

namespace {

constexpr std::size_t upcoming_default = 20;
constexpr std::size_t upcoming_max = 10'000;

Error no_such_job(const View& view, const std::string& name) {
  const std::vector<JobView> jobs = view.jobs();
  std::vector<std::string_view> names;
  for (const JobView& job : jobs) names.push_back(job.job->name.text());
  std::string what = "there is no job '" + name + "'";
  if (const auto near = nearest(name, names)) what += "; did you mean '" + std::string(*near) + "'?";
  return Error::not_found(std::move(what));
}

Result<JobView> find_job(const View& view, const std::string& text) {
  const auto name = JobName::parse(text);
  auto job = name ? view.job(*name) : std::nullopt;
  if (!job) return std::unexpected(no_such_job(view, text));
  return std::move(*job);
}

// The command line says that a person asks; everybody else is a program.
RunTrigger asked_by(const Request& request) {
  for (const Header& header : request.headers) {
    if (::strcasecmp(header.name.c_str(), "X-Belfry-Request") == 0 && header.value == text(RunTrigger::manual)) {
      return RunTrigger::manual;
    }
  }
  return RunTrigger::api;
}

Response accepted(const Run& run) {
  return {.status = 202, .body = run_json(run), .headers = {{"Location", "/v1/runs/" + run.id.text()}}};
}

std::string why_refused(const JobName& job, const Refusal& refusal, const std::string& ledger_trouble) {
  const std::string subject = "job '" + job.text() + "' was not started: ";
  if (refusal.kind == ErrorKind::not_found) return subject + "it is no longer configured";
  switch (refusal.reason) {
    case Reason::overlap:
      return subject + "its run " + (refusal.cause ? refusal.cause->text() + " " : "") + "is still open";
    case Reason::ledger_unavailable:
      return subject + "the ledger cannot record it" + (ledger_trouble.empty() ? "" : " (" + ledger_trouble + ")");
    default:
      return subject + std::string(text(refusal.reason));
  }
}

Response refused(const JobName& job, const Refusal& refusal, const std::string& ledger_trouble) {
  Problem problem = problem_from({.kind = refusal.kind, .what = why_refused(job, refusal, ledger_trouble)});
  if (refusal.reason == Reason::ledger_unavailable) problem.status = 503;
  problem.reason = refusal.reason;
  problem.run = refusal.cause;
  return respond(problem);
}

}  // namespace

Result<void> get_jobs(const Call& call) {
  call.reply(json_response(jobs_json(call.backend.view().jobs(), call.frame())));
  return {};
}

Result<void> get_job(const Call& call) {
  call.reply(json_response(job_json(TRY(find_job(call.backend.view(), call.arguments[0])))));
  return {};
}

Result<void> get_upcoming(const Call& call) {
  const auto limit = TRY(call.query.number("limit", {.min = 1, .max = upcoming_max})).value_or(upcoming_default);
  const auto until = TRY(call.query.instant("until"));
  call.reply(json_response(upcoming_json(call.backend.view().upcoming(limit, until), call.frame())));
  return {};
}

Result<void> post_run(const Call& call) {
  TRY(check_run_order(call.request.body));
  const JobName name = TRY(find_job(call.backend.view(), call.arguments[0])).job->name;
  const auto answer = [name, reply = call.reply, &backend = call.backend](const Answer& given) {
    if (const Run* run = std::get_if<Run>(&given.result)) return reply(accepted(*run));
    reply(refused(name, std::get<Refusal>(given.result), backend.view().ledger_trouble()));
  };
  call.backend.place(RunRequested{.job = name,
                                  .trigger = asked_by(call.request),
                                  .requested_by = "uid " + std::to_string(call.request.peer.uid)},
                     answer);
  return {};
}

}  // namespace belfry::api
