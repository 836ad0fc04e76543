#include <sys/resource.h>

#include <algorithm>
#include <limits>
#include <string>

#include <base/log.h>
#include <daemon/descriptor_budget.h>

namespace belfry {

namespace {

constexpr std::uint64_t clients_max = 256;
constexpr std::uint64_t lines_max = 64;
// The ledger, its readers, the loop, the watch, and what is open for a moment only.
constexpr std::uint64_t own = 48;
constexpr std::uint64_t least = 4;

}  // namespace

DescriptorBudget share_descriptors(std::uint64_t limit) {
  const std::uint64_t shared = limit > own ? limit - own : 0;
  const std::uint64_t clients = std::clamp(shared / 4, least, clients_max);
  const std::uint64_t lines = std::min(shared / 16, lines_max);
  const std::uint64_t runs = std::max(shared - std::min(shared, clients + lines), least);
  constexpr std::uint64_t runs_max = std::numeric_limits<std::uint32_t>::max();
  return {.runs = static_cast<std::uint32_t>(std::min(runs, runs_max)),
          .lines = static_cast<std::uint32_t>(lines),
          .clients = static_cast<std::uint32_t>(clients)};
}

std::uint64_t descriptor_limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
}

DaemonLimits within(const DescriptorBudget& budget, DaemonLimits limits) {
  if (limits.max_running && *limits.max_running <= budget.runs) return limits;
  if (limits.max_running) {
    log::warning("'max_running' is " + std::to_string(*limits.max_running) + ", and this process has descriptors for " +
                 std::to_string(budget.runs) + " runs: no more are on at the same time. Raise the limit (ulimit -n; " +
                 "LimitNOFILE= in the unit)");
  }
  limits.max_running = budget.runs;
  return limits;
}

}  // namespace belfry
