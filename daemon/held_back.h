// What was decided ahead of its instant (core_time.h), and is not carried out before it has come.
#pragma once

#include <vector>

#include <belfry/scheduler.h>
#include <belfry/time.h>

namespace belfry {

class HeldBack {
 public:
  // All but `persist`, which is not held back. Leaves `actions` empty.
  void add(Actions& actions);

  // The instant came `late` ago. Where that is more than a moment the machine slept when it was near, and no deadline
  // sleeps (S26): takes out the starts of jobs that have one. Whoever gets them tells the core that they never
  // executed, and it decides again.
  std::vector<AttemptId> take_out_late(Millis late);
  static constexpr Millis moment{1'000};

  // In their order of obligation; whoever carries them out clears them.
  Actions& actions() { return actions_; }
  const Actions& actions() const { return actions_; }

 private:
  Actions actions_;
};

}  // namespace belfry
