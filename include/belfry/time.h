// Time: three clocks, three types that do not mix, one unit.
//
//   wall   CLOCK_REALTIME   what people mean by "02:30". Jumps when somebody sets it.
//   boot   CLOCK_BOOTTIME   real time since boot, also while suspended. Never jumps, never goes back.
//   awake  CLOCK_MONOTONIC  time since boot without suspends.
//
// Nothing in the scheduler asks for the time. The daemon reads all three once per turn and hands in a Now, so a
// test or a simulation decides what time it is. Two readings also say what happened in between: a change of
// wall - boot is a clock step, a growth of boot - awake is a suspend (S16).
//
// The unit is the millisecond everywhere: slot keys, the ledger, the API. Readings are rounded down, and a slot
// is a whole millisecond, so "due" is never early (S5).
#pragma once

#include <chrono>

namespace belfry {

using Millis = std::chrono::milliseconds;

// Clocks that cannot be read: they only give the time points a type of their own.
struct BootClock {
  using duration = Millis;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock, Millis>;
  static constexpr bool is_steady = true;
};

struct AwakeClock {
  using duration = Millis;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<AwakeClock, Millis>;
  static constexpr bool is_steady = true;
};

using WallTime = std::chrono::sys_time<Millis>;
using BootTime = BootClock::time_point;
using AwakeTime = AwakeClock::time_point;

// One reading of all three clocks.
struct Now {
  WallTime wall;
  BootTime boot;
  AwakeTime awake;
};

}  // namespace belfry
