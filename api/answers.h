// The core's answers to requests, as responses.
#pragma once

#include <functional>
#include <string>

#include <belfry/scheduler.h>

#include <api/call.h>

namespace belfry::api {

// Who asks, for the record: "uid 1000".
std::string asker(const Request& request);

// 202 with the run and its Location.
Response accepted(const Run& run);

// Hands an order to the core. Its answer becomes the reply: a run, 202 with its Location; a run that an earlier request
// with the same key made, 200; `Done`, 200 with {"count": n}; a refusal, 409 (404, 503) with the reason. `subject`
// begins the sentence that says why not: "job 'backup' was not started".
void place(const Call& call, Order order, std::string subject);

}  // namespace belfry::api
