// The circuit breaker: a last defence against the scheduler itself. Slots strictly increase, so a job cannot be started
// by its schedule more often than the schedule has slots. If it is, something is broken, and the job is paused before
// it can do harm (F54).
#pragma once

#include <cstdint>

#include <belfry/schedule.h>

namespace belfry {

class Breaker {
 public:
  // A start by the schedule, on time. True: there were more than the schedule can explain.
  bool trips(const Schedule& schedule, WallTime slot, BootTime now) {
    if (starts_ == 0 || now - began_ >= window) {
      began_ = now;
      first_slot_ = slot;
      starts_ = 0;
    }
    ++starts_;
    if (starts_ <= tolerated) return false;
    const auto explained = schedule.slots_in(first_slot_ - Millis{1}, slot);
    return starts_ > 2 * (explained ? explained->count : 0) + tolerated;
  }

  static constexpr Millis window = std::chrono::minutes{1};
  static constexpr std::int64_t tolerated = 10;

 private:
  BootTime began_{};
  WallTime first_slot_{};
  std::int64_t starts_ = 0;  // since then
};

}  // namespace belfry
