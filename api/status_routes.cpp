#include <api/json.h>
#include <api/status_routes.h>

namespace belfry::api {

Result<void> get_health(const Call& call) {
  call.reply({.content_type = "text/plain; charset=utf-8", .body = "ok\n"});
  return {};
}

Result<void> get_status(const Call& call) {
  call.reply(json_response(status_json(call.backend.status(), call.backend.view())));
  return {};
}

}  // namespace belfry::api
