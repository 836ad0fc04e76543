// Queues: where runs wait for a place among those that execute (S23). First the higher priority, then the older run.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <belfry/policies.h>

#include <scheduler/due_heap.h>
#include <scheduler/start_gate.h>

namespace belfry {

using QueueIndex = std::uint32_t;
using RunHandle = std::uint32_t;  // of an open run, see run_table.h

// The order of a line: smaller goes first.
struct Rank {
  int priority = 0;
  std::uint64_t sequence = 0;
  friend bool operator==(const Rank&, const Rank&) = default;
  friend bool operator<(const Rank& a, const Rank& b) {
    return a.priority != b.priority ? a.priority > b.priority : a.sequence < b.sequence;
  }
};

class Queues {
 public:
  explicit Queues(const DaemonLimits& limits)
      : daemon_(StartGate::Limits{.concurrency = limits.max_running, .rate = limits.start_rate}) {}

  // What waits keeps its place. A queue that is not defined any more has no bounds.
  void define(const std::vector<QueueDefinition>& definitions);

  // A name that nobody defined gets a queue without bounds.
  QueueIndex find(const SharedText& name);

  // One more would have to wait, and as many wait as may.
  bool is_full(QueueIndex queue) const;

  // So many more find it not full, whoever of those that execute ends before.
  bool has_room_for(const SharedText& name, std::size_t runs) const;

  void wait(QueueIndex queue, RunHandle run, const Rank& rank) { queues_[queue].line.set(run, rank); }
  void forget(QueueIndex queue, RunHandle run) { queues_[queue].line.erase(run); }

  // Takes the run whose turn it is out of its line and gives it a place. None: nobody waits, or there is no place.
  std::optional<RunHandle> admit_next(BootTime now);
  // The next instant at which a rate lets somebody go who waits for nothing else.
  std::optional<BootTime> next_admission(BootTime now);

  // A run of an earlier daemon still has its place.
  void adopt(QueueIndex queue);
  void leave(QueueIndex queue);

  bool does_anybody_wait() const;

  std::size_t size() const { return queues_.size(); }
  const QueueDefinition& definition(QueueIndex queue) const { return queues_[queue].definition; }
  std::uint32_t running(QueueIndex queue) const { return queues_[queue].gate.running(); }
  std::uint32_t waiting(QueueIndex queue) const { return static_cast<std::uint32_t>(queues_[queue].line.size()); }
  std::uint32_t running() const { return daemon_.running(); }

 private:
  struct Queue {
    QueueDefinition definition;
    StartGate gate;
    DueHeap<Rank> line;
  };

  std::vector<Queue> queues_;  // few; they never go, so an index stays what it is
  StartGate daemon_;
};

}  // namespace belfry
