#include <errno.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <jobs/minder/departure.h>
#include <jobs/minder/post.h>

namespace belfry::minder {

Trouble Post::take_up() {
  if (signals_ >= 0) return {};
  if (const Trouble found = leave_starter(place_, line_)) return found;
  signals_ = open_signals();
  return signals_ >= 0 ? Trouble{} : Trouble{{StartFailure::open_call, errno}, "signalfd"};
}

// Everything that was opened since take_up() has a higher number than what was opened there: the lock is one of these.
const char* Post::next_run(int& error) {
  error = 0;
  syscall(SYS_close_range, static_cast<unsigned>(signals_) + 1U, ~0U, 0U);
  (void)!chdir("..");
  if (!line_.say_free()) return nullptr;
  for (;;) {
    const Line::Word word = line_.wait();
    if (word == Line::Word::gone) return nullptr;
    if (word == Line::Word::run) break;
  }
  forget_signals();
  strcpy(name_, line_.name());
  if (chdir(name_) == 0) return name_;
  error = errno;
  return nullptr;
}

// They were about the last run: while there is a line, the daemon says over it what is about this one.
void Post::forget_signals() const {
  struct signalfd_siginfo info;
  while (read(signals_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
  }
}

}  // namespace belfry::minder
