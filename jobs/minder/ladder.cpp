#include <signal.h>

#include <jobs/minder/ladder.h>
#include <jobs/minder/time.h>
#include <jobs/minder/tree.h>

namespace belfry::minder {

void Ladder::begin(int signal, uint64_t grace_ms) {
  if (due_at_ != 0) return;
  if (grace_ms == 0) return kill();
  signal_descendants(signal);
  due_at_ = boot_ms() + grace_ms;
}

// Also without the cgroup: a process that was just being moved out of it, or whose kernel has no cgroup.kill.
void Ladder::kill() {
  cgroup_.kill();
  signal_descendants(SIGKILL);
  due_at_ = boot_ms() + pause_ms_;
  pause_ms_ = pause_ms_ * 2 < pause_max_ms ? pause_ms_ * 2 : pause_max_ms;
  ++kills_;
}

}  // namespace belfry::minder
