#include <algorithm>
#include <utility>

#include <base/verify.h>
#include <daemon/core_time.h>

namespace belfry {

const Now& CoreTime::read(const Now& clocks) {
  if (is_ahead_ && !has_come(clocks)) return told_;
  const Now even = without_wavering(clocks);
  late_ = std::exchange(is_ahead_, false) ? std::max(Millis{0}, even.boot - told_.boot) : Millis{0};
  told_ = {.wall = even.wall, .boot = std::max(told_.boot, even.boot), .awake = std::max(told_.awake, even.awake)};
  return told_;
}

// Each clock is read in whole milliseconds of its own, so their distance wavers by one. Intervals, which follow the
// boot clock, would be ahead of the wall clock for that, and their jobs early (S5).
Now CoreTime::without_wavering(const Now& clocks) {
  const auto distance = [](const Now& now) { return now.wall.time_since_epoch() - now.boot.time_since_epoch(); };
  const Millis off = distance(clocks) - distance_.value_or(distance(clocks));
  if (!distance_ || std::chrono::abs(off) > Millis{1}) {
    distance_ = distance(clocks);
    return clocks;
  }
  return {.wall = clocks.wall, .boot = clocks.boot + off, .awake = clocks.awake + off};
}

// The wall clock says so; or somebody has set it back, and it may not say so for hours. The boot clock is no judge: the
// two are not read in the same instant.
bool CoreTime::has_come(const Now& clocks) const { return clocks.wall >= told_.wall || clocks.wall < went_ahead_at_; }

const Now& CoreTime::go_ahead(Millis by) {
  VERIFY(!is_ahead_);
  is_ahead_ = true;
  went_ahead_at_ = told_.wall;
  told_.wall += by;
  told_.boot += by;
  told_.awake += by;
  return told_;
}

Wakeup CoreTime::comes_at() const { return {.wall = told_.wall, .boot = std::nullopt}; }

}  // namespace belfry
