// The ledger's writer: a store and the one thread that uses it. Syncing takes milliseconds, now and then many; the
// daemon's loop must not wait for them.
#pragma once

#include <functional>
#include <memory>

#include <belfry/store.h>

#include <base/worker.h>

namespace belfry {

class Writer {
 public:
  // Called with the answer to each batch. THREADS: on the writer's thread; it should do no more than pass it on.
  using Answered = std::function<void(CommitAnswer)>;

  Writer(std::unique_ptr<Store> store, Answered answered);

  // Returns at once. REQUIRES: the batch stays as it is until it is answered. GUARANTEES: exactly one answer for each
  // batch, in the order of the calls. Store::tidy() runs on the same thread when no batch came for a while, so that a
  // start does not wait for it. The destructor returns when every batch is answered.
  void persist(const Batch& batch);

 private:
  std::unique_ptr<Store> store_;
  Answered answered_;
  Worker worker_;  // last: it stops before what it uses is gone
};

}  // namespace belfry
