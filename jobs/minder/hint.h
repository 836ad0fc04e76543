// Tells the daemon that there is something new to read in a run directory. Only a hint: it may be lost when no daemon
// lives, and then the next one reads the files when it starts.
#pragma once

namespace belfry::minder {

class Hint {
 public:
  // `name` is the run directory's. REQUIRES: the working directory is the run directory.
  explicit Hint(const char* name) : name_(name) {}

  // Wants the daemon to be told.
  void raise();

  // The daemon's queue was full: call again a little later.
  bool is_pending() const { return pending_; }
  void send();

 private:
  const char* name_;
  int fd_ = -1;
  bool pending_ = false;
};

}  // namespace belfry::minder
