#include <pthread.h>
#include <signal.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <stop_token>
#include <thread>

#include <base/worker.h>

namespace belfry {

struct Worker::State {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::deque<std::function<void()>> queue;
  std::jthread thread;  // last: it stops before what it uses is gone

  void work_until(const std::stop_token& stop) {
    for (;;) {
      std::unique_lock lock(mutex);
      wake.wait(lock, stop, [&] { return !queue.empty(); });
      if (queue.empty()) return;  // asked to stop, and nothing is left
      const auto work = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      work();
    }
  }
};

Worker::Worker(const std::string& name) : state_(std::make_unique<State>()) {
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
