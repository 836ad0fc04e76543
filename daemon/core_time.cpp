#include <algorithm>

#include <base/verify.h>
#include <daemon/core_time.h>

namespace belfry {

namespace {

// The clocks are read in whole milliseconds: by the boot clock alone the instant might not quite have come yet.
constexpr Millis certainly{2};

}  // namespace

const Now& CoreTime::read(const Now& clocks) {
  if (is_ahead_ && !has_come(clocks)) return told_;
  is_ahead_ = false;
  told_ = {
      .wall = clocks.wall, .boot = std::max(told_.boot, clocks.boot), .awake = std::max(told_.awake, clocks.awake)};
  return told_;
}

// The wall clock says so; or the other one, if somebody has set that back meanwhile.
bool CoreTime::has_come(const Now& clocks) const {
  return clocks.wall >= told_.wall || clocks.boot >= told_.boot + certainly;
}

const Now& CoreTime::go_ahead(Millis by) {
  VERIFY(!is_ahead_);
  is_ahead_ = true;
  told_.wall += by;
  told_.boot += by;
  told_.awake += by;
  return told_;
}

Wakeup CoreTime::comes_at() const { return {.wall = told_.wall, .boot = told_.boot + certainly}; }

}  // namespace belfry
