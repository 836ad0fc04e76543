// /v1/jobs/{job}/slots: what became of every time the job was due, from the ledger.
#pragma once

#include <api/call.h>

namespace belfry::api {

// Newest first; `from` and `to` bound the slots' times, both included.
Result<void> get_slots(const Call& call);

}  // namespace belfry::api
