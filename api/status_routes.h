// /healthz, /readyz and /v1/status: is it there, and how is it?
#pragma once

#include <api/call.h>

namespace belfry::api {

// 200 as long as there is a daemon: "ok", or "degraded" and why.
Result<void> get_health(const Call& call);

// 200 if what is due is started; 503 with the reason if not.
Result<void> get_readiness(const Call& call);
Result<void> get_status(const Call& call);

// {jobs, slots, problems}
Result<void> get_audit(const Call& call);

}  // namespace belfry::api
