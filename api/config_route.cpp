#include <api/answers.h>
#include <api/body.h>
#include <api/config_route.h>
#include <api/json.h>
#include <api/problem.h>
#include <base/try.h>

namespace belfry::api {

Result<void> get_config(const Call& call) {
  call.reply(json_response(config_json(call.backend.config(), call.backend.view().job_set())));
  return {};
}

Result<void> post_validate(const Call& call) {
  call.backend.validate(TRY(read_validate_body(call.request.body)),
                        [reply = call.reply](const std::vector<FileProblem>& problems) {
                          reply(json_response(problems_json(problems)));
                        });
  return {};
}

namespace {

Problem problem_of(const FileRefused& refused) {
  Problem problem{.status = 422, .detail = refused.what};
  for (const FileProblem& one : refused.problems) {
    if (!one.is_error) continue;
    problem.errors.push_back(
        {.file = one.file, .line = one.line, .column = one.column, .detail = one.what, .hint = one.hint});
  }
  return problem;
}

}  // namespace

Result<void> post_reload(const Call& call) {
  const bool is_dry_run = TRY(read_reload_body(call.request.body));
  const auto answer = [&backend = call.backend, reply = call.reply](const ReloadResult& reloaded) {
    if (!reloaded) return reply(respond(problem_of(reloaded.error())));
    const JobSet* set = backend.view().job_set();
    const ListFrame frame{.now = backend.now().wall, .timezone = set != nullptr ? set->zone_name : "UTC"};
    reply(json_response(reloaded_json(*reloaded, frame)));
  };
  call.backend.reload(is_dry_run ? ReloadHow::rehearse : ReloadHow::apply, asker(call.request), answer);
  return {};
}

}  // namespace belfry::api
