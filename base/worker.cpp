#include <pthread.h>
#include <signal.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include <base/worker.h>

namespace belfry {

struct Worker::State {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::deque<std::function<void()>> queue;
  Idle idle;
  bool has_worked = false;  // since the last idle work
  std::jthread thread;      // last: it stops before what it uses is gone

  // What to do next; empty: asked to stop, and nothing is left.
  std::function<void()> next(const std::stop_token& stop) {
    const auto has_work = [&] { return !queue.empty(); };
    std::unique_lock lock(mutex);
    const bool may_idle = std::exchange(has_worked, false) && idle.work;
    if (may_idle && !wake.wait_for(lock, stop, idle.quiet, has_work) && !stop.stop_requested()) return idle.work;
    wake.wait(lock, stop, has_work);
    if (queue.empty()) return nullptr;
    auto work = std::move(queue.front());
    queue.pop_front();
    has_worked = true;
    return work;
  }

  void work_until(const std::stop_token& stop) {
    while (const auto work = next(stop)) work();
  }
};

Worker::Worker(const std::string& name, Idle idle) : state_(std::make_unique<State>()) {
  state_->idle = std::move(idle);
  // Signals belong to the main thread, which reads them from a descriptor: the new thread starts with all blocked.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  state_->thread = std::jthread([state = state_.get()](const std::stop_token& stop) { state->work_until(stop); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::pthread_setname_np(state_->thread.native_handle(), name.substr(0, 15).c_str());
}

Worker::~Worker() = default;

void Worker::post(std::function<void()> work) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->queue.push_back(std::move(work));
  }
  state_->wake.notify_one();
}

}  // namespace belfry
