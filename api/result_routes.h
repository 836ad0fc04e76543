// What a run says beside its output: how far it is, and its result.
#pragma once

#include <api/call.h>

namespace belfry::api {

// The result byte by byte; 404 if the run has none.
Result<void> get_result(const Call& call);

// Says how far a run is, for a program that is no process of the job. 200 with the run; 409 if it does not execute.
Result<void> post_progress(const Call& call);

}  // namespace belfry::api
