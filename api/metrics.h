// What a monitoring system reads: counts of what happened since the daemon's start, and how things stand, in the text
// format of Prometheus.
//
// Of a hundred thousand jobs the text has many megabytes, so it is written beside the loop. That goes on counting
// meanwhile: whoever writes holds the counts for a few jobs at a time.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <belfry/scheduler.h>

#include <api/backend.h>

namespace belfry::api {

// How things stand, beside what was counted.
struct MetricsStanding {
  std::vector<std::pair<JobName, WallTime>> next;  // of each job that is due again
  std::size_t running = 0;
  std::vector<QueueView> queues;
  bool ledger_accepts = true;
  StatusFacts facts;
};

// All of it but `next`.
MetricsStanding standing_of(const View& view, StatusFacts facts);

// THREADS: any.
class Metrics {
 public:
  void count(const Notice& notice);

  std::string text(const MetricsStanding& standing) const;

 private:
  struct Sum {
    std::uint64_t count = 0;
    double seconds = 0;
  };
  struct JobCounts {
    std::map<RunOutcome, std::uint64_t> runs;
    std::map<SlotOutcome, std::uint64_t> slots;
    Sum duration;
    Sum delay;
    std::optional<WallTime> last_success;
    std::uint64_t failures_in_row = 0;
  };

  void count_closed(const Run& run);
  template <class Visit>
  void each_job(Visit visit) const;

  static constexpr std::size_t jobs_at_once = 50;

  mutable std::mutex mutex_;  // guards what follows
  std::map<JobName, JobCounts> jobs_;
};

}  // namespace belfry::api
