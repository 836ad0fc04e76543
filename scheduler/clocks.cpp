#include <algorithm>

#include <scheduler/clocks.h>

namespace belfry {

namespace {

// Slewing moves the clock by at most half a millisecond in a second.
bool is_slew(Millis change, Millis passed) {
  return std::chrono::abs(change) < std::max(Clocks::step_min, passed / 1000);
}

WallTime elapsed_at_start(const std::optional<IntervalTime>& saved, const BootId& boot, const Now& now) {
  if (!saved) return now.wall;
  const bool same_boot = saved->boot_id == boot && saved->boot <= now.boot;
  return std::max(now.wall, same_boot ? saved->at + (now.boot - saved->boot) : saved->at);
}

}  // namespace

Clocks::Seen Clocks::look(const Now& now) {
  if (!std::exchange(has_looked_, true)) {
    now_ = now;
    elapsed_ = elapsed_at_start(saved_, boot_, now);
    return {.is_first = true};
  }
  const Millis passed = now.boot - now_.boot;
  const Millis step = (now.wall - now_.wall) - passed;
  const Millis slept = passed - (now.awake - now_.awake);
  elapsed_ = std::max(now.wall, elapsed_ + passed);
  now_ = now;
  return {.step = is_slew(step, passed) ? Millis{0} : step, .slept = slept < sleep_min ? Millis{0} : slept};
}

// While it is ahead, elapsed time keeps its distance from real time; once told, the ledger knows it for good. When a
// wrong clock was put right, what the ledger knows is ahead, and elapsed time is not.
std::optional<IntervalTime> Clocks::unsaved() {
  if (!saved_ && !is_ahead()) return std::nullopt;
  const bool same_boot = saved_ && saved_->boot_id == boot_;
  const WallTime told = !saved_ ? elapsed_ : same_boot ? saved_->at + (now_.boot - saved_->boot) : saved_->at;
  const bool is_known = is_ahead() ? same_boot && told == elapsed_ : told <= elapsed_;
  if (is_known) return std::nullopt;
  saved_ = IntervalTime{.at = elapsed_, .boot = now_.boot, .boot_id = boot_};
  return saved_;
}

}  // namespace belfry
