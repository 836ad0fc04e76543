// Tells the daemon that there is something new to read in a run directory. Only a hint: it may be lost when no daemon
// lives, and then the next one reads the files when it starts.
#pragma once

#include <stdint.h>

namespace belfry::minder {

class Hint {
 public:
  // `name` is the run directory's. REQUIRES: the working directory is the run directory.
  explicit Hint(const char* name) : name_(name) {}

  // Tells it now. Where the daemon's queue is full it is to be called again, when due_at() says.
  void send();

  // In a while: what is over by then is told of only once, by the minder's own end.
  void send_later();

  // In boot time, when send() is to be called; 0: there is nothing to tell.
  uint64_t due_at() const { return due_at_; }

 private:
  const char* name_;
  int fd_ = -1;
  uint64_t due_at_ = 0;
};

}  // namespace belfry::minder
