#include <utility>

#include <api/event_ring.h>
#include <base/verify.h>

namespace belfry::api {

EventRing::EventRing(WallTime started)
    : next_(static_cast<std::uint64_t>(
          std::chrono::duration_cast<std::chrono::microseconds>(started.time_since_epoch()).count())) {}

void EventRing::publish(Topic topic, std::string name, EventData data) {
  if (events_.size() == events_max) events_.pop_front();
  events_.push_back({.id = next_++, .topic = topic, .name = std::move(name), .data = std::move(data)});
}

const StreamedEvent& EventRing::at(std::uint64_t id) const {
  VERIFY(id >= first() && id < next());
  return events_[static_cast<std::size_t>(id - first())];
}

}  // namespace belfry::api
