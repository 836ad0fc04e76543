// A mailbox between threads: the ledger's writer puts its answers in, the loop takes them out.
//
// THREADS: put() from any thread; fd() and take_all() on the loop's.
#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include <base/os.h>
#include <daemon/event_counter.h>

namespace belfry {

template <class Letter>
class Mailbox {
 public:
  explicit Mailbox(EventCounter counter) : counter_(std::move(counter)) {}

  int fd() const { return counter_.fd(); }

  void put(Letter letter) {
    {
      const std::lock_guard lock(mutex_);
      letters_.push_back(std::move(letter));
    }
    counter_.raise();
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
