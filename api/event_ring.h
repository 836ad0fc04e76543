// The newest events, numbered, for whoever listens and for whoever comes back (S41).
//
// Theory of operation. There is one ring for everybody. A listener is a position in it, so a slow one costs nothing: it
// never holds the writer up, and when the ring has gone past it, it is told how much it missed. Numbers only grow, also
// over restarts: they begin at the daemon's start in microseconds, which no daemon reaches by counting.
//
// THREADS: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>

#include <belfry/time.h>

namespace belfry::api {

// What a listener may choose. `always` goes to everybody.
enum class Topic { always, jobs, runs };

// JSON on one line. It is written when somebody first reads it: most events nobody does, and writing one takes longer
// than everything else about it.
class EventData {
 public:
  EventData(std::string text) : text_(std::move(text)) {}
  explicit EventData(std::function<std::string()> write) : write_(std::move(write)) {}

  const std::string& text() const {
    if (write_) text_ = std::exchange(write_, nullptr)();
    return text_;
  }

 private:
  mutable std::function<std::string()> write_;
  mutable std::string text_;
};

struct StreamedEvent {
  std::uint64_t id = 0;
  Topic topic = Topic::always;
  std::string name;  // "run.started"
  EventData data;
};

class EventRing {
 public:
  static constexpr std::size_t events_max = 10'000;

  explicit EventRing(WallTime started);

  void publish(Topic topic, std::string name, EventData data);

  std::uint64_t first() const { return next_ - events_.size(); }  // the oldest that is kept
  std::uint64_t next() const { return next_; }                    // the one to come

  // REQUIRES: first() <= id < next().
  const StreamedEvent& at(std::uint64_t id) const;

 private:
  std::deque<StreamedEvent> events_;
  std::uint64_t next_;
};

}  // namespace belfry::api
