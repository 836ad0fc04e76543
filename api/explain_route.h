// /v1/explain: what a schedule means, and when it is due next; for programs that let people write one.
#pragma once

#include <api/call.h>

namespace belfry::api {

// `expr` as it stands in schedules.yaml, or with `calendar=true` a line of `on_calendar:`; or `job`, the schedule of
// one that is in force. `tz` is the zone that it is read in (a job's is shown in it), `from` the instant after which
// times are given, `limit` how many. 400 with the place in the text where it makes no sense.
Result<void> get_explanation(const Call& call);

}  // namespace belfry::api
