// A guard against alarms that go off and have nothing to say: a kernel whose timers come too early would have the loop
// spin, as many programs did in the leap second of 2012 (F33). The second such alarm within a millisecond makes it
// rest.
#pragma once

#include <optional>

#include <belfry/time.h>

namespace belfry {

class IdleGuard {
 public:
  // The alarm went off, and then there was work, or none. True: rest for a millisecond before the next turn.
  bool needs_rest(BootTime now, bool was_work) {
    const bool is_again = idle_at_ && now - *idle_at_ <= Millis{1};
    idle_at_ = was_work ? std::nullopt : std::optional(now);
    return is_again && !was_work;
  }

 private:
  std::optional<BootTime> idle_at_;
};

}  // namespace belfry
