// An eventfd: makes a descriptor readable from another thread.
#pragma once

#include <base/os.h>

namespace belfry {

class EventCounter {
 public:
  static Result<EventCounter> open();

  int fd() const { return fd_.get(); }
  void raise();  // THREADS: any
  void clear();

 private:
  explicit EventCounter(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace belfry
