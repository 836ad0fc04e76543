#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>

#include <base/try.h>
#include <jobs/crew.h>

namespace belfry {

struct Crew::State {
  struct Task {
    AttemptId id;
    std::function<void()> work;
  };

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Task> queue;
  std::map<AttemptId, std::uint64_t> busy;  // by which thread
  std::set<AttemptId> apart;
  std::set<AttemptId> stuck;  // beyond the bound: they hold their places
  std::size_t idle = 0;
  bool is_over = false;

  bool take(Task& task, std::uint64_t thread) {
    std::unique_lock lock(mutex);
    ++idle;
    wake.wait(lock, [this] { return is_over || !queue.empty(); });
    --idle;
    if (is_over) return false;
    task = std::move(queue.front());
    queue.pop_front();
    busy.emplace(task.id, thread);
    return true;
  }

  // False: the thread has been replaced meanwhile.
  bool finish(const AttemptId& id) {
    const std::lock_guard lock(mutex);
    busy.erase(id);
    stuck.erase(id);
    return apart.erase(id) == 0;
  }

  void work_off(std::uint64_t thread) {
    for (Task task; take(task, thread);) {
      task.work();
      task.work = nullptr;
      if (!finish(task.id)) return;
    }
  }
};

Crew::Crew(Bounds bounds) : bounds_(bounds), state_(std::make_shared<State>()) {}

Crew::~Crew() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->is_over = true;
    state_->queue.clear();
  }
  state_->wake.notify_all();
}

Result<void> Crew::post(const AttemptId& id, std::function<void()> work) {
  bool is_short = false;
  {
    const std::lock_guard lock(state_->mutex);
    state_->queue.push_back({.id = id, .work = std::move(work)});
    is_short = state_->queue.size() > state_->idle;
  }
  if (is_short && threads_.size() < bounds_.threads) {
    // Those that are there will come to it.
    if (auto hired = hire(); !hired && threads_.empty()) {
      withdraw(id);
      return hired;
    }
  }
  state_->wake.notify_one();
  return {};
}

Result<void> Crew::hire() {
  const std::uint64_t number = ++last_thread_;
  auto thread =
      TRY(Thread::start("call-" + std::to_string(number), [state = state_, number] { state->work_off(number); }));
  threads_.emplace(number, std::move(thread));
  return {};
}

bool Crew::withdraw(const AttemptId& id) {
  const std::lock_guard lock(state_->mutex);
  return std::erase_if(state_->queue, [&](const State::Task& task) { return task.id == id; }) > 0;
}

void Crew::set_apart(const AttemptId& id) {
  const std::lock_guard lock(state_->mutex);
  const auto busy = state_->busy.find(id);
  if (busy == state_->busy.end()) return;
  if (state_->apart.size() >= bounds_.apart) {
    state_->stuck.insert(id);
    return;
  }
  state_->apart.insert(id);
  const auto thread = threads_.find(busy->second);
  thread->second.let_go();
  threads_.erase(thread);
  if (!state_->queue.empty()) (void)hire();  // if not, the others go on
}

void Crew::let_go(const AttemptId& id) {
  const std::lock_guard lock(state_->mutex);
  const auto busy = state_->busy.find(id);
  if (busy == state_->busy.end() || state_->apart.contains(id)) return;
  const auto thread = threads_.find(busy->second);
  thread->second.let_go();
  threads_.erase(thread);
  state_->apart.insert(id);
}

std::size_t Crew::apart() const {
  const std::lock_guard lock(state_->mutex);
  return state_->apart.size() + state_->stuck.size();
}

bool Crew::is_exhausted() const {
  const std::lock_guard lock(state_->mutex);
  return state_->stuck.size() >= bounds_.threads;
}

}  // namespace belfry
