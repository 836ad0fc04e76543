#include <algorithm>

#include <base/verify.h>
#include <daemon/core_time.h>

namespace belfry {

const Now& CoreTime::read(const Now& clocks) {
  if (is_ahead_ && !has_come(clocks)) return told_;
  is_ahead_ = false;
  told_ = {
      .wall = clocks.wall, .boot = std::max(told_.boot, clocks.boot), .awake = std::max(told_.awake, clocks.awake)};
  return told_;
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
