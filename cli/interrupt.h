// Ctrl-C as something to wait for, not to die of: while a value of this type lives, SIGINT, SIGTERM and SIGHUP make a
// descriptor readable.
#pragma once

#include <signal.h>

#include <belfry/time.h>

#include <base/os.h>

namespace belfry::cli {

class Interrupt {
 public:
  static Result<Interrupt> watch();
  Interrupt(Interrupt&& other) noexcept;
  Interrupt& operator=(Interrupt&&) = delete;
  ~Interrupt();

  int fd() const { return fd_.get(); }

  // Sleeps. True: it came meanwhile.
  bool arrives_within(Millis time) const;

 private:
  Interrupt(Fd fd, const sigset_t& before) : fd_(std::move(fd)), before_(before) {}

  Fd fd_;
  sigset_t before_;  // what was blocked
};

}  // namespace belfry::cli
