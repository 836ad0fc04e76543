#include <errno.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <jobs/minder/departure.h>
#include <jobs/minder/post.h>

namespace belfry::minder {

Post::Post(Place place, int line, char* shown_name)
    : place_(place), line_(line), shown_name_(shown_name), shown_length_(strlen(shown_name)) {}

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
  show_name();
  if (chdir(name_) == 0) return name_;
  error = errno;
  return nullptr;
}

// In the room that the first one had, which is mostly enough.
void Post::show_name() const { strncpy(shown_name_, name_, shown_length_); }

// They were about the last run: while there is a line, the daemon says over it what is about this one.
void Post::forget_signals() const {
  struct signalfd_siginfo info;
  while (read(signals_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
  }
}

}  // namespace belfry::minder
