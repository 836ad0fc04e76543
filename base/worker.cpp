#include <pthread.h>
#include <signal.h>

#include <condition_variable>
#include <deque>
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
  std::mutex mutex;
  std::condition_variable_any wake;
  std::deque<std::function<void()>> queue;
  Idle idle;
  bool has_worked = false;  // since the last idle work
  std::stop_source halt;
  std::optional<Thread> thread;  // last: it ends before what it uses is gone

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

}  // namespace belfry
