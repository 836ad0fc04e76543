#include <algorithm>
#include <utility>

#include <api/event_stream.h>

namespace belfry::api {

namespace {

std::string written(const StreamedEvent& event) {
  std::string text = "id: " + std::to_string(event.id) + "\nevent: " + event.name + "\ndata: " + event.data.text();
  while (text.ends_with('\n')) text.pop_back();
  return text + "\n\n";
}

}  // namespace

EventStream::EventStream(const EventRing& ring, Options options, std::function<BootTime()> now)
    : ring_(ring),
      topics_(options.topics),
      now_(std::move(now)),
      position_(ring.next()),
      pending_("retry: 2000\n\n"),
      speak_by_(now_() + keep_alive) {
  if (!options.last_seen) return;
  const std::uint64_t wanted = *options.last_seen + 1;
  if (wanted >= ring.first() && wanted <= ring.next()) {
    position_ = wanted;
  } else {
    tell_gap(std::nullopt);  // another daemon's number: nobody can say how much there was
  }
}

Millis EventStream::ready_in() {
  if (!pending_.empty() || position_ != ring_.next()) return Millis{0};
  Millis wish = std::max(Millis{0}, speak_by_ - now_());
  for (LogTopic& log : logs_) wish = std::min(wish, log.ready_in());
  return wish;
}

std::string EventStream::read(std::size_t max) {
  fill(max);
  fill_with_output(max);
  if (pending_.empty() && now_() >= speak_by_) pending_ = ": still here\n\n";
  std::string piece = pending_.substr(0, max);
  pending_.erase(0, piece.size());
  if (!piece.empty()) speak_by_ = now_() + keep_alive;
  return piece;
}

void EventStream::fill(std::size_t enough) {
  if (position_ < ring_.first()) tell_gap(ring_.first() - position_);
  while (position_ != ring_.next() && pending_.size() < enough) {
    const StreamedEvent& event = ring_.at(position_++);
    if (wants(event.topic)) pending_ += written(event);
  }
}

void EventStream::fill_with_output(std::size_t enough) {
  for (LogTopic& log : logs_) {
    if (pending_.size() < enough) pending_ += log.take(enough - pending_.size());
  }
}

// The listener has to look at everything again, so it is not shown what was left of the past.
void EventStream::tell_gap(std::optional<std::uint64_t> missed) {
  position_ = ring_.next();
  pending_ += written({.id = position_ - 1,
                       .name = "resync",
                       .data = "{\"missed\":" + (missed ? std::to_string(*missed) : std::string("null")) + "}"});
}

bool EventStream::wants(Topic topic) const {
  switch (topic) {
    case Topic::always:
      return true;
    case Topic::jobs:
      return topics_.jobs;
    case Topic::runs:
      return topics_.runs;
  }
  std::unreachable();
}

}  // namespace belfry::api
