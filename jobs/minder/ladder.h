// The way an attempt's processes are ended: asked, given time, killed until none is left (S26).
#pragma once

#include <stdint.h>

#include <jobs/minder/cgroup.h>

namespace belfry::minder {

class Ladder {
 public:
  explicit Ladder(Cgroup& cgroup) : cgroup_(cgroup) {}

  // Asks with this signal. Without a grace it kills at once. A ladder that was begun goes on as it is.
  void begin(int signal, uint64_t grace_ms);

  // Nobody is left.
  void end() { due_at_ = 0; }

  // In boot time; 0: nothing is to be done.
  uint64_t due_at() const { return due_at_; }

  // Kills, and again later, for as long as end() is not called.
  void kill();

  // It has killed for so long that what is left cannot be killed: it hangs in the kernel.
  bool is_at_its_end() const { return kills_ >= kills_max; }

 private:
  static constexpr int kills_max = 9;  // some five seconds
  static constexpr uint64_t pause_first_ms = 10;
  static constexpr uint64_t pause_max_ms = 1000;

  Cgroup& cgroup_;
  uint64_t due_at_ = 0;
  uint64_t pause_ms_ = pause_first_ms;
  int kills_ = 0;
};

}  // namespace belfry::minder
