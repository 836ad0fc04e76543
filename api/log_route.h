// /v1/runs/{id}/log: what a run wrote, byte for byte.
#pragma once

#include <api/call.h>

namespace belfry::api {

// `stream` stdout or stderr, else both in the order in which they were written; `from` an offset, or `tail` the last
// lines. At most 4 MiB per answer: X-Belfry-Log-From says where it begins, X-Belfry-Log-Size how much there is. A Range
// of bytes is answered with 206. With `attempt` an earlier one's; with `follow=1` the answer goes on
// until the attempt is over, and X-Belfry-Log-Attempt says which it is.
Result<void> get_log(const Call& call);

}  // namespace belfry::api
