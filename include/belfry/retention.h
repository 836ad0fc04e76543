// Retention: how much of the past is kept, and the port by which a part of it is given up on request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include <belfry/error.h>
#include <belfry/time.h>

namespace belfry {

// How much of the past is kept. Open runs stay, and so does the newest closed run of each job.
struct Keep {
  std::size_t runs = 200;              // closed runs of each job, and as many of its rows of slots without one
  std::size_t all_runs = 1'000'000;    // of all jobs together: beyond it, those with most of them keep fewer
  Millis age = std::chrono::days{90};  // of what is recorded
  std::size_t events = 10'000;
  std::int64_t output_bytes = std::int64_t{1} << 30U;  // of all jobs together
  bool operator==(const Keep&) const = default;
};

// What was given up.
struct PruneReport {
  std::size_t runs = 0;     // not in the ledger any more
  std::size_t outputs = 0;  // the record stays, the output is gone
};

// Port: gives up what is beyond `keep`, beside the daemon's work: no start waits for more than one small step of it.
// THREADS: prune() from any; `done` is called once, on another thread, when the ledger has forgotten. Files follow in
// the background.
class HistoryPruner {
 public:
  virtual ~HistoryPruner() = default;
  virtual void prune(const Keep& keep, std::function<void(const Result<PruneReport>&)> done) = 0;
};

}  // namespace belfry
