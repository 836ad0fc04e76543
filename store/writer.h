// The ledger's writer: a store and the one thread that uses it. Syncing takes milliseconds, now and then many; the
// daemon's loop must not wait for them.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>

#include <belfry/store.h>

#include <base/worker.h>

namespace belfry {

class Writer {
 public:
  // Called with the answer to each batch. THREADS: on the writer's thread; it should do no more than pass it on.
  using Answered = std::function<void(CommitAnswer)>;

  // Whom pruning is reported to, on the writer's thread: each step what it did away with, and the end.
  struct PruningWatch {
    std::function<void(const Pruned&)> forgotten;
    std::function<void(const Result<void>&)> done;
  };

  Writer(std::unique_ptr<Store> store, Answered answered);
  ~Writer();

  // Returns at once. REQUIRES: the batch stays as it is until it is answered. GUARANTEES: exactly one answer for each
  // batch, in the order of the calls. Store::tidy() runs on the same thread when no batch came for a while, so that a
  // start does not wait for it. The destructor returns when every batch is answered.
  void persist(const Batch& batch);

  // Prunes step by step, tidies after each, and pauses: a batch waits for a step or for a Store::tidy() at most. One
  // call after the other; the destructor ends them early.
  void prune(Keep keep, WallTime now, PruningWatch watch);

 private:
  struct Pruning {
    Keep keep;
    WallTime now;
    PruningWatch watch;
  };
  void take_pruning_step();
  void end_pruning(const Result<void>& result);

  std::unique_ptr<Store> store_;
  Answered answered_;
  std::deque<Pruning> prunings_;  // of the writer's thread; the first is at work
  std::atomic<bool> stops_ = false;
  Worker worker_;  // last: it stops before what it uses is gone
};

}  // namespace belfry
