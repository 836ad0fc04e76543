// One request on its way through a route.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <belfry/error.h>

#include <api/backend.h>
#include <api/event_ring.h>
#include <api/json.h>
#include <api/message.h>
#include <api/metrics.h>
#include <api/problem.h>
#include <api/query.h>
#include <api/run_waiters.h>

namespace belfry::api {

struct Call {
  Backend& backend;
  RunWaiters& waiters;
  const EventRing& events;
  std::shared_ptr<const Metrics> metrics;
  const Request& request;
  std::vector<std::string> arguments;  // what stood for the {} of the route's path
  Query query;
  Reply reply;

  // Tells the client that its question needs more memory than there is (F12).
  std::function<void()> no_memory() const {
    return [reply = reply] {
      reply(
          respond({.status = 503, .detail = "there is not enough memory to answer this now: ask for less, or later"}));
    };
  }

  ListFrame frame() const {
    const JobSet* set = backend.view().job_set();
    return {.now = backend.now().wall, .timezone = set != nullptr ? set->zone_name : "UTC"};
  }
};

// Replies, now or later, or returns why not; the error becomes a problem document.
using Handler = Result<void> (*)(const Call& call);

inline Response json_response(std::string body) { return {.body = std::move(body)}; }

}  // namespace belfry::api
