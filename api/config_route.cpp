#include <api/body.h>
#include <api/config_route.h>
#include <api/json.h>
#include <api/problem.h>
#include <base/try.h>

namespace belfry::api {

Result<void> post_reload(const Call& call) {
  const bool is_dry_run = TRY(read_reload_body(call.request.body));
  const auto reloaded = call.backend.reload(is_dry_run ? ReloadHow::rehearse : ReloadHow::apply);
  if (reloaded) {
    const JobSet* set = call.backend.view().job_set();
    const ListFrame frame{.now = call.backend.now().wall, .timezone = set != nullptr ? set->zone_name : "UTC"};
    call.reply(json_response(reloaded_json(*reloaded, frame)));
  } else {
    call.reply(respond({.status = 422, .detail = reloaded.error().what}));
  }
  return {};
}

}  // namespace belfry::api
