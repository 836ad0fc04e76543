// Signals as input: read from a descriptor, like everything else that happens.
#pragma once

#include <string>

#include <base/os.h>

namespace belfry {

class Signals {
 public:
  // Blocks SIGTERM, SIGINT, SIGHUP and SIGPWR for the calling thread and the threads it makes from now on, and ignores
  // SIGPIPE. REQUIRES: no other thread yet.
  static Result<Signals> open();

  int fd() const { return fd_.get(); }

  struct Received {
    bool stop = false;               // SIGTERM, SIGINT
    bool reload = false;             // SIGHUP
    bool machine_goes_down = false;  // SIGPWR: if a stop comes, it is for that
    std::string who;                 // sent the last of them: "uid 0"; empty: the terminal
  };
  Received take();

 private:
  explicit Signals(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace belfry
