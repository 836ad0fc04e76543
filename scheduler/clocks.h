// What the clocks say, and what became of time between two looks at them (S16).
//
// Theory of operation. Real time since boot never jumps, so a change of wall - boot between two turns is somebody
// setting the clock, and a growth of boot - awake is the machine asleep. Intervals do not follow the wall clock when it
// is set back: their time is elapsed time, which never goes back and goes on as fast as real time does (S8). It is the
// wall clock's time as long as nobody sets that back, and catches up with it when it can.
#pragma once

#include <optional>

#include <belfry/record.h>
#include <belfry/time.h>

namespace belfry {

class Clocks {
 public:
  // `saved`: what an earlier daemon had to remember.
  Clocks(std::optional<IntervalTime> saved, BootId boot) : boot_(std::move(boot)), saved_(std::move(saved)) {}

  struct Seen {
    bool is_first = false;
    Millis step{};   // by which the wall clock was set; 0: it was not
    Millis slept{};  // the machine
  };
  // REQUIRES: now.boot never decreases.
  Seen look(const Now& now);

  // A wrong clock was put right: elapsed time begins again where the wall clock is.
  void begin_again() { elapsed_ = now_.wall; }

  const Now& now() const { return now_; }
  WallTime elapsed() const { return elapsed_; }
  bool is_ahead() const { return elapsed_ > now_.wall; }

  // When elapsed time reaches t, if nobody sets the clock forward.
  BootTime when_elapsed(WallTime t) const { return now_.boot + (t - elapsed_); }

  // What a later daemon must know of elapsed time, and the ledger does not hold yet.
  std::optional<IntervalTime> unsaved();

  // A change of wall - boot below this is the clock being slewed, not set.
  static constexpr Millis step_min{1000};
  static constexpr Millis sleep_min{1000};
  // A clock that is set back further than this was wrong before (S16).
  static constexpr Millis wrong_min = std::chrono::hours{24};

 private:
  BootId boot_;
  std::optional<IntervalTime> saved_;
  bool has_looked_ = false;
  Now now_{};
  WallTime elapsed_{};
};

}  // namespace belfry
