#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <system_error>
#include <thread>
#include <utility>

#include <base/os.h>
#include <base/verify.h>
#include <base/worker.h>

namespace belfry {

struct Thread::State {
  std::jthread thread;
};

namespace {

// A new thread starts with what its maker has blocked.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;
  ~AllSignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

Result<Thread> Thread::start(const std::string& name, std::function<void()> body) {
  auto state = std::make_unique<State>();
  try {
    const AllSignalsBlocked blocked;
    state->thread = std::jthread(std::move(body));
  } catch (const std::system_error& error) {
    return std::unexpected(system_error("start thread", name, error.code().value()));
  }
  ::pthread_setname_np(state->thread.native_handle(), name.substr(0, 15).c_str());
  return Thread(std::move(state));
}

Thread::Thread(std::unique_ptr<State> state) : state_(std::move(state)) {}
Thread::Thread(Thread&&) noexcept = default;
Thread::~Thread() = default;

void Thread::let_go() { state_->thread.detach(); }

struct Worker::State {
  using Clock = std::chrono::steady_clock;

  std::mutex mutex;
  std::condition_variable_any wake;
  std::deque<std::function<void()>> queue;
  std::multimap<Clock::time_point, std::function<void()>> later;
  Idle idle;
  bool has_worked = false;  // since the last idle work
  std::stop_source halt;
  std::optional<Thread> thread;  // last: it ends before what it uses is gone

  // What to do next; empty: asked to stop, and nothing is left.
  std::function<void()> next(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    const bool may_idle = std::exchange(has_worked, false) && idle.work;
    if (may_idle && !wait(lock, stop, Clock::now() + idle.quiet) && !stop.stop_requested()) return idle.work;
    (void)wait(lock, stop, Clock::time_point::max());
    if (queue.empty()) return nullptr;
    auto work = std::move(queue.front());
    queue.pop_front();
    has_worked = true;
    return work;
  }

  // Until there is work, or `end`. Whether there is.
  bool wait(std::unique_lock<std::mutex>& lock, const std::stop_token& stop, Clock::time_point end) {
    for (;;) {
      const auto now = Clock::now();
      while (!later.empty() && (stop.stop_requested() || later.begin()->first <= now)) {
        queue.push_back(std::move(later.extract(later.begin()).mapped()));
      }
      if (!queue.empty() || stop.stop_requested() || now >= end) return !queue.empty();
      const auto until = later.empty() ? end : std::min(end, later.begin()->first);
      const auto has_news = [&, known = later.size()] { return !queue.empty() || later.size() != known; };
      if (until == Clock::time_point::max()) {
        wake.wait(lock, stop, has_news);
      } else {
        wake.wait_until(lock, stop, until, has_news);
      }
    }
  }

  void work_off() {
    while (const auto work = next(halt.get_token())) work();
  }
};

Worker::Worker(const std::string& name, Idle idle) : state_(std::make_unique<State>()) {
  state_->idle = std::move(idle);
  auto thread = Thread::start(name, [state = state_.get()] { state->work_off(); });
  VERIFY(thread.has_value());  // made when the daemon starts: a machine without room for that has no use for it
  state_->thread.emplace(*std::move(thread));
}

Worker::~Worker() { state_->halt.request_stop(); }

void Worker::post(std::function<void()> work) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->queue.push_back(std::move(work));
  }
  state_->wake.notify_one();
}

void Worker::post_after(std::chrono::milliseconds pause, std::function<void()> work) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->later.emplace(State::Clock::now() + pause, std::move(work));
  }
  state_->wake.notify_one();
}

}  // namespace belfry
