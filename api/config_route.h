// POST /v1/config/reload: read the file again, or with `dry_run` say what that would change.
#pragma once

#include <api/call.h>

namespace belfry::api {

// 200 with the changes; 422 with every problem of the file, in which case nothing is changed.
Result<void> post_reload(const Call& call);

}  // namespace belfry::api
