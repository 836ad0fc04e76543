// What a monitoring system reads: counts of what happened since the daemon's start, and how things stand, in the text
// format of Prometheus.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <belfry/scheduler.h>

#include <api/backend.h>

namespace belfry::api {

class Metrics {
 public:
  void count(const Notice& notice);

  std::string text(const View& view, const StatusFacts& facts) const;

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

  std::map<JobName, JobCounts> jobs_;
};

}  // namespace belfry::api
