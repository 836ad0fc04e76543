// Reads the ledger's history beside the loop, so that a long question holds nobody up.
//
// THREADS: one owner, the loop's thread. A question runs on the reader's own thread, over a connection of its own; what
// it gives comes back by the mailbox and runs on the loop's thread.
#pragma once

#include <functional>
#include <memory>

#include <belfry/store.h>

#include <base/mailbox.h>
#include <base/worker.h>

namespace belfry {

class Reader {
 public:
  using Question = std::function<std::function<void()>(History&)>;

  static Result<std::unique_ptr<Reader>> start(std::unique_ptr<History> history);

  // `no_memory` is called in the answer's place where the question, or the answer itself, gets no memory (F12).
  void ask(Question question, std::function<void()> no_memory);

  // Readable when dispatch() has answers to hand on.
  int fd() const { return answers_.fd(); }
  void dispatch();

 private:
  Reader(std::unique_ptr<History> history, EventCounter counter)
      : history_(std::move(history)), answers_(std::move(counter)) {}

  struct Letter {
    std::function<void()> answer;
    std::function<void()> no_memory;
  };

  // The thread goes first, then what it uses.
  std::unique_ptr<History> history_;
  Mailbox<Letter> answers_;
  Worker worker_{"belfry-reader"};
};

}  // namespace belfry
