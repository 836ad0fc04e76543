#include <algorithm>

#include <store/fair_share.h>

namespace belfry {

// From the job with fewest runs on: it keeps them all if they are no more than its part of what is left.
std::size_t fair_share(std::vector<std::size_t> runs_of_jobs, std::size_t all) {
  std::ranges::sort(runs_of_jobs);
  std::size_t left = all;
  for (std::size_t n = 0; n < runs_of_jobs.size(); ++n) {
    const std::size_t part = left / (runs_of_jobs.size() - n);
    if (runs_of_jobs[n] > part) return std::max<std::size_t>(part, 1);
    left -= runs_of_jobs[n];
  }
  return share_unlimited;
}

}  // namespace belfry
