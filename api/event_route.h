// /v1/events: what happens, as it happens (S41).
#pragma once

#include <string>

#include <belfry/scheduler.h>

#include <api/call.h>
#include <api/event_ring.h>

namespace belfry::api {

// Server-sent events; `topics` jobs, runs, or both, which is the default, and log:RUN for what a run writes. With
// Last-Event-ID what was missed comes first, or `resync` where that is not kept any more.
Result<void> get_events(const Call& call);

// What the core decided, as an event.
void publish(EventRing& ring, const Notice& notice);

}  // namespace belfry::api
