// /healthz and /v1/status: is it there, and how is it?
#pragma once

#include <api/call.h>

namespace belfry::api {

Result<void> get_health(const Call& call);
Result<void> get_status(const Call& call);

}  // namespace belfry::api
