// An interval: a grid of instants (S8). It is fixed at the epoch, or at another anchor, so a restart or a redeploy does
// not move it.
#pragma once

#include <belfry/schedule.h>

namespace belfry {

class IntervalTrigger final : public Schedule::Rules {
 public:
  static constexpr Millis period_min{100};

  // One of the grid's points is `anchor`. REQUIRES: period >= period_min.
  explicit IntervalTrigger(Millis period, WallTime anchor = WallTime{});

  std::optional<WallTime> next_after(WallTime t) const override;
  std::optional<Stretch> slots_in(WallTime after, WallTime upto) const override;  // constant time
  std::string normal_form() const override;                                       // "every 1h30m", "every 1d phase=7h"
  std::string describe() const override;
  bool follows_elapsed_time() const override { return true; }

 private:
  Millis period_;
  WallTime anchor_;  // the grid's first point at or after the epoch: two grids that are the same look the same
};

}  // namespace belfry
