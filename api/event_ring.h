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
#include <string>

#include <belfry/time.h>

namespace belfry::api {

// What a listener may choose. `always` goes to everybody.
enum class Topic { always, jobs, runs };

struct Event {
  std::uint64_t id = 0;
  Topic topic = Topic::always;
  std::string name;  // "run.started"
  std::string data;  // JSON on one line
};

class EventRing {
 public:
  static constexpr std::size_t events_max = 10'000;

  explicit EventRing(WallTime started);

  void publish(Topic topic, std::string name, std::string data);

  std::uint64_t first() const { return next_ - events_.size(); }  // the oldest that is kept
  std::uint64_t next() const { return next_; }                    // the one to come

  // REQUIRES: first() <= id < next().
  const Event& at(std::uint64_t id) const;

 private:
  std::deque<Event> events_;
  std::uint64_t next_;
};

}  // namespace belfry::api
