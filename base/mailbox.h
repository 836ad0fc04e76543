// A mailbox between threads: the ledger's writer and the callables' workers put letters in, the loop takes them out.
//
// THREADS: put() from any thread; fd() and take_all() on the loop's.
#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include <base/os.h>

namespace belfry {

// An eventfd: makes a descriptor readable from another thread.
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

template <class Letter>
class Mailbox {
 public:
  explicit Mailbox(EventCounter counter) : counter_(std::move(counter)) {}

  int fd() const { return counter_.fd(); }

  // Only the first letter of a bundle wakes the loop.
  void put(Letter letter) {
    bool was_empty = false;
    {
      const std::lock_guard lock(mutex_);
      was_empty = letters_.empty();
      letters_.push_back(std::move(letter));
    }
    if (was_empty) counter_.raise();
  }

  std::vector<Letter> take_all() {
    counter_.clear();
    const std::lock_guard lock(mutex_);
    return std::exchange(letters_, {});
  }

 private:
  EventCounter counter_;
  std::mutex mutex_;
  std::vector<Letter> letters_;
};

}  // namespace belfry
