// /v1/history: what happened here beside runs and slots, from the ledger. /v1/events tells what happens now.
#pragma once

#include <api/call.h>

namespace belfry::api {

// Newest first; with `job` those of that job and those that concern all. `since` and `until` bound the times, both
// included; `before` is the number that a page ended with.
Result<void> get_history(const Call& call);

}  // namespace belfry::api
