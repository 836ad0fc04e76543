#include <base/verify.h>
#include <scheduler/overlap.h>

namespace belfry {

OverlapVerdict decide_overlap(const OverlapPolicy& policy, const JobLoad& load) {
  using Action = OverlapPolicy::Action;
  if (policy.action == Action::allow) {
    const bool has_room = !policy.max_running || load.live < *policy.max_running;
    return has_room ? OverlapVerdict::start : OverlapVerdict::refuse;
  }
  if (load.live == 0 && load.waiting == 0) return OverlapVerdict::start;
  switch (policy.action) {
    case Action::queue:
      return load.waiting < policy.max_waiting ? OverlapVerdict::wait : OverlapVerdict::refuse;
    case Action::replace:
      return OverlapVerdict::replace;
    case Action::skip:
    case Action::allow:
      break;
  }
  return OverlapVerdict::refuse;
}

bool may_follow(const OverlapPolicy& policy, std::uint32_t live) {
  if (policy.action != OverlapPolicy::Action::allow) return live == 0;
  return !policy.max_running || live < *policy.max_running;
}

}  // namespace belfry
