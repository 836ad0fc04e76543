#include <api/answers.h>
#include <api/body.h>
#include <api/json.h>
#include <api/problem.h>
#include <api/result_routes.h>
#include <api/run_routes.h>
#include <base/try.h>

namespace belfry::api {

Result<void> get_result(const Call& call) {
  Run run = TRY(find_run(call.backend, call.arguments[0]));
  if (run.result.empty()) {
    return std::unexpected(Error::not_found("run " + run.id.text() + " of job '" + run.job.text() +
                                            (run.is_open() ? "' has no result yet" : "' left no result")));
  }
  call.reply({.content_type = "application/octet-stream", .body = std::move(run.result)});
  return {};
}

Result<void> post_progress(const Call& call) {
  ProgressBody body = TRY(read_progress_body(call.request.body));
  Run run = TRY(find_run(call.backend, call.arguments[0]));
  if (!run.is_open() || run.state != RunState::running) {
    call.reply(respond({.status = 409,
                        .detail = "run " + run.id.text() + " of job '" + run.job.text() + "' does not execute",
                        .run = run.id}));
    return {};
  }
  run.progress = Progress{.percent = body.percent, .message = std::move(body.message), .at = call.backend.now().wall};
  call.backend.tell_progress(run.attempt_id(), *run.progress);
  call.reply(json_response(run_json(run)));
  return {};
}

}  // namespace belfry::api
