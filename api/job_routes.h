// /v1/jobs and /v1/upcoming: what there is, when it is due, and asking for a run.
#pragma once

#include <api/call.h>

namespace belfry::api {

// With `only=names` their names and nothing else.
Result<void> get_jobs(const Call& call);
Result<void> get_job(const Call& call);
Result<void> get_upcoming(const Call& call);

// 202 with the run and its Location after the commit (S2); 409 with the reason if a rule says no.
Result<void> post_run(const Call& call);

}  // namespace belfry::api
