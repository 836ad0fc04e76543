#include <api/metrics_route.h>

namespace belfry::api {

Result<void> get_metrics(const Call& call) {
  call.reply({.content_type = "text/plain; version=0.0.4; charset=utf-8",
              .body = call.metrics.text(call.backend.view(), call.backend.status())});
  return {};
}

}  // namespace belfry::api
