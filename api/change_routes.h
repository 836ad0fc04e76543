// What changes a job's standing: pause, resume, skip, backfill. Each answers after the commit (S2), with the number of
// jobs or slots it was about.
#pragma once

#include <api/call.h>

namespace belfry::api {

Result<void> post_pause(const Call& call);
Result<void> post_pause_of_job(const Call& call);
Result<void> post_resume(const Call& call);
Result<void> post_resume_of_job(const Call& call);
Result<void> post_skip(const Call& call);

// With `dry_run` it only counts: {"count", "first", "last"}.
Result<void> post_backfill(const Call& call);

}  // namespace belfry::api
