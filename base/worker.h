// Threads: the only file that makes them. A Thread runs one function; a Worker works off a queue of closures, in order.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <belfry/error.h>

namespace belfry {

// A named thread, with every signal blocked: signals belong to the main thread, which reads them from a descriptor.
class Thread {
 public:
  // `name` is what `top -H` shows: at most 15 characters. An error: the machine has no room for one more.
  static Result<Thread> start(const std::string& name, std::function<void()> body);
  Thread(Thread&&) noexcept;
  Thread& operator=(Thread&&) = delete;
  ~Thread();  // waits for its end

  // Nobody waits for it any more: it goes on for as long as it likes, and dies with the process.
  void let_go();

 private:
  struct State;
  explicit Thread(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// THREADS: post() and post_after() from any thread. The closures run on the worker. The destructor finishes what is
// queued, without waiting for the time of what was to come later, then joins.
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

  // The same when `pause` is over; until then the worker does what else there is.
  void post_after(std::chrono::milliseconds pause, std::function<void()> work);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace belfry
