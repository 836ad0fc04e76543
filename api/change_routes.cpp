#include <api/answers.h>
#include <api/body.h>
#include <api/change_routes.h>
#include <api/find_job.h>
#include <api/json.h>
#include <api/told_params.h>
#include <base/text.h>
#include <base/try.h>

namespace belfry::api {

namespace {

std::string subject_of(const std::vector<JobName>& jobs, const std::string& what) {
  if (jobs.size() == 1) return "job '" + jobs.front().text() + "' was not " + what;
  return std::to_string(jobs.size()) + " jobs were not " + what;
}

Result<void> pause(const Call& call, std::vector<JobName> jobs, PauseBody body) {
  const WallTime now = call.backend.now().wall;
  if (body.length) body.until = now + *body.length;
  if (body.until && *body.until <= now) {
    return std::unexpected(Error::bad_input("the pause would be over already: " + format_utc(*body.until)));
  }
  std::string subject = subject_of(jobs, "paused");
  place(call,
        PauseRequested{
            .jobs = std::move(jobs), .until = body.until, .by = asker(call.request), .reason = std::move(body.reason)},
        std::move(subject));
  return {};
}

void resume(const Call& call, std::vector<JobName> jobs, const ResumeBody& body) {
  using CatchUp = ResumeRequested::CatchUp;
  std::string subject = subject_of(jobs, "resumed");
  place(
      call,
      ResumeRequested{
          .jobs = std::move(jobs), .by = asker(call.request), .catch_up = body.catches_up ? CatchUp::yes : CatchUp::no},
      std::move(subject));
}

Result<std::vector<JobName>> job_in_path(const Call& call) {
  return std::vector<JobName>{TRY(find_job(call.backend.view(), call.arguments[0])).job->name};
}

// The slots in [from, to], both included.
std::optional<Stretch> slots_of(const Job& job, const BackfillBody& body) {
  return job.schedule.slots_in(body.from - Millis{1}, body.to);
}

Result<void> check_backfill(const Job& job, const BackfillBody& body, WallTime now) {
  const std::string subject = "job '" + job.name.text() + "'";
  if (job.schedule.is_manual()) {
    return std::unexpected(Error::bad_input(subject + " has no schedule that gives it slots in the past"));
  }
  if (body.to > now) return std::unexpected(Error::bad_input("key 'to': it lies in the future"));
  const auto slots = slots_of(job, body);
  if (!slots) {
    return std::unexpected(
        Error::bad_input(subject + " has no slot from " + format_utc(body.from) + " to " + format_utc(body.to)));
  }
  if (slots->count <= BackfillRequested::slots_max) return {};
  return std::unexpected(Error::bad_input(subject + " has " + std::to_string(slots->count) +
                                          " slots there; one backfill takes " +
                                          std::to_string(BackfillRequested::slots_max) + " at most"));
}

}  // namespace

Result<void> post_pause(const Call& call) {
  PauseBody body = TRY(read_pause_body(call.request.body));
  auto jobs = TRY(find_jobs(call.backend.view(), body.selection));
  return pause(call, std::move(jobs), std::move(body));
}

Result<void> post_pause_of_job(const Call& call) {
  PauseBody body = TRY(read_pause_of_job_body(call.request.body));
  auto jobs = TRY(job_in_path(call));
  return pause(call, std::move(jobs), std::move(body));
}

Result<void> post_resume(const Call& call) {
  const ResumeBody body = TRY(read_resume_body(call.request.body));
  resume(call, TRY(find_jobs(call.backend.view(), body.selection)), body);
  return {};
}

Result<void> post_resume_of_job(const Call& call) {
  const ResumeBody body = TRY(read_resume_of_job_body(call.request.body));
  resume(call, TRY(job_in_path(call)), body);
  return {};
}

Result<void> post_skip(const Call& call) {
  const std::uint32_t count = TRY(read_skip_body(call.request.body));
  const JobName job = TRY(find_job(call.backend.view(), call.arguments[0])).job->name;
  place(call, SkipRequested{.job = job, .count = count, .by = asker(call.request)},
        "the next slots of job '" + job.text() + "' stay as they are");
  return {};
}

Result<void> post_backfill(const Call& call) {
  const BackfillBody body = TRY(read_backfill_body(call.request.body));
  const Job& job = *TRY(find_job(call.backend.view(), call.arguments[0])).job;
  TRY(check_backfill(job, body, call.backend.now().wall));
  const std::string subject = "the slots of job '" + job.name.text() + "' were not filled in";
  auto params = told_params(job, body.params, subject);
  if (!params) {
    call.reply(respond(params.error()));
    return {};
  }
  if (body.is_dry_run) {
    call.reply(json_response(stretch_json(*slots_of(job, body))));
    return {};
  }
  place(call,
        BackfillRequested{.job = job.name,
                          .from = body.from,
                          .to = body.to,
                          .requested_by = asker(call.request),
                          .params = *std::move(params)},
        subject);
  return {};
}

}  // namespace belfry::api
