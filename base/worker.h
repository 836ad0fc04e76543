// One named thread that works off a queue of closures, in order. The only file that makes threads.
//
// THREADS: post() from any thread. The closures run on the worker. The destructor finishes what is queued, then
// joins.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace belfry {

class Worker {
 public:
  // What the worker does once, on its thread, each time that it has worked and then nothing came for `quiet`.
  struct Idle {
    std::chrono::milliseconds quiet{};
    std::function<void()> work;  // none: it just waits
  };

  // `name` is what `top -H` shows: at most 15 characters.
  explicit Worker(const std::string& name) : Worker(name, Idle{}) {}
  Worker(const std::string& name, Idle idle);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  void post(std::function<void()> work);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace belfry
