// Work beside the loop: what takes long runs on a thread of its own, and what it gives comes back to the loop.
//
// THREADS: one owner, the loop's thread. Work runs in the order in which it was asked for, one at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <belfry/error.h>

#include <base/mailbox.h>
#include <base/worker.h>

namespace belfry {

class Aside {
 public:
  // REQUIRES: the work touches nothing that the loop's thread touches.
  using Work = std::function<std::function<void()>()>;

  // `name` is what `top -H` shows: at most 15 characters.
  static Result<std::unique_ptr<Aside>> start(const std::string& name);

  void ask(Work work);

  // Readable when dispatch() has something to call.
  int fd() const { return given_.fd(); }
  void dispatch();

 private:
  Aside(EventCounter counter, const std::string& name) : given_(std::move(counter)), worker_(name) {}

  // The thread goes first, then what it uses.
  Mailbox<std::function<void()>> given_;
  Worker worker_;
};

}  // namespace belfry
