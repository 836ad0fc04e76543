// What a history is made from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>

#include <belfry/time.h>

#include <tests/sim/faults.h>

namespace belfry::sim {

// One history, but for what the dice say.
struct Plan {
  std::uint64_t seed = 0;
  Millis duration = std::chrono::hours{24 * 7};
  std::optional<Millis> ends_after = {};    // sooner: the same history, cut off
  std::optional<Faults> faults = {};        // none: drawn from the seed
  std::set<std::size_t> dropped_jobs = {};  // by number
  std::optional<std::size_t> jobs = {};     // how many; none: drawn
};

// An hour, a day or a week: short histories have jobs that are due each second.
inline Plan plan_of(std::uint64_t seed) {
  constexpr std::chrono::hours durations[] = {std::chrono::hours{1}, std::chrono::hours{24}, std::chrono::hours{168}};
  return {.seed = seed, .duration = durations[seed % 3]};
}

}  // namespace belfry::sim
