// /metrics
#pragma once

#include <api/call.h>

namespace belfry::api {

Result<void> get_metrics(const Call& call);

}  // namespace belfry::api
