// The overlap policy: what becomes of a start while earlier runs of the same job are not over (S21). What is counted is
// what lives, never a flag that somebody stored (S22).
#pragma once

#include <cstdint>

#include <belfry/policies.h>

namespace belfry {

struct JobLoad {
  std::uint32_t live = 0;     // runs that execute, or are about to
  std::uint32_t waiting = 0;  // runs that wait for those to end
};

enum class OverlapVerdict {
  start,
  wait,     // behind those that run
  replace,  // stop those that run, and wait for their end
  refuse,
};

OverlapVerdict decide_overlap(const OverlapPolicy& policy, const JobLoad& load);

inline bool may_run_side_by_side(const OverlapPolicy& policy) { return policy.action == OverlapPolicy::Action::allow; }

// Whether a run that waits may start now.
bool may_follow(const OverlapPolicy& policy, std::uint32_t live);

}  // namespace belfry
