// /v1/runs: what ran and what runs.
#pragma once

#include <string_view>

#include <belfry/run.h>

#include <api/call.h>

namespace belfry::api {

// A run as the ledger has it, with what only the core knows: the ledger records that a run was opened and that it was
// closed, and not everything that it does in between.
Run as_it_is_now(Run stored, const std::vector<Run>& open);

// The run whose id is, or unambiguously begins with, `text`; as it is now.
Result<Run> find_run(Backend& backend, std::string_view text);

Result<void> get_runs(const Call& call);

// With `wait`, answers when the run is over or the time is: the run as it is then, open or closed.
Result<void> get_run(const Call& call);

// 202 with the run once the request is durable; its end is waited for with GET and `wait`; 409 if it is
// over.
Result<void> post_cancel(const Call& call);

// 202 with the new run; 409 if the old one is not over.
Result<void> post_retry(const Call& call);

}  // namespace belfry::api
