// /v1/config: what is in force, and what would be if the file were read again.
#pragma once

#include <api/call.h>

namespace belfry::api {

// What is in force, without the text of its jobs.
Result<void> get_config(const Call& call);

// Whether a file with this `text`, in the place of the daemon's, would be accepted, and what it would be told; without
// `text` the file as it is now. Nothing is changed.
Result<void> post_validate(const Call& call);

// Reads the file again, or with `dry_run` says what that would change. 200 with the changes; 422 with every problem of
// the file, in which case nothing is changed.
Result<void> post_reload(const Call& call);

}  // namespace belfry::api
