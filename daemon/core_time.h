// What the core is told for now: what the clocks say, or an instant that is about to come, and then that until it has
// come.
#pragma once

#include <optional>

#include <belfry/scheduler.h>
#include <belfry/time.h>

namespace belfry {

class CoreTime {
 public:
  // Never before an earlier answer, as the core demands.
  const Now& read(const Now& clocks);

  // From now on it is so much later than read() said. REQUIRES: not ahead.
  const Now& go_ahead(Millis by);
  bool is_ahead() const { return is_ahead_; }

  // How long ago the instant came when read() found that it had: longer than a moment if the machine slept.
  Millis late() const { return late_; }

  // When read() has something else to say; it has, too, when the clock was set. REQUIRES: ahead.
  Wakeup comes_at() const;

 private:
  bool has_come(const Now& clocks) const;
  Now without_wavering(const Now& clocks);

  Now told_{};
  std::optional<Millis> distance_;  // of the wall clock from the boot clock, as long as nobody sets it
  WallTime went_ahead_at_;
  Millis late_{};
  bool is_ahead_ = false;
};

}  // namespace belfry
