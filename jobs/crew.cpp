#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include <jobs/crew.h>

namespace belfry {

namespace {

using ThreadNumber = std::uint64_t;

}  // namespace

struct Crew::State : std::enable_shared_from_this<Crew::State> {
  using Lock = std::unique_lock<std::mutex>;

  struct Task {
    AttemptId id;
    std::function<void()> work;
  };

  explicit State(Bounds given) : bounds(given) {}

  const Bounds bounds;
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Task> queue;
  std::map<ThreadNumber, std::optional<AttemptId>> at_work;  // what each thread is busy with, those set apart too
  std::map<ThreadNumber, Thread> threads;
  ThreadNumber last_thread = 0;
  std::set<AttemptId> apart;
  std::set<AttemptId> stuck;  // beyond the bound: they hold their places
  std::size_t idle = 0;
  bool is_help_coming = false;
  bool is_over = false;

  std::set<ThreadNumber> let_go_early;  // before their makers had put them among the others
  std::size_t being_made = 0;
  std::condition_variable made;

  // An error: there is no thread for it, and no room for one.
  Result<void> summon(Lock& lock) {
    if (is_help_coming || is_over || queue.empty()) return {};
    if (idle > 0) {
      is_help_coming = true;
      wake.notify_one();
      return {};
    }
    if (threads.size() + being_made >= bounds.threads) return {};
    is_help_coming = true;
    return hire(lock);
  }

  // Making a thread takes a while, in which the others work on.
  Result<void> hire(Lock& lock) {
    const ThreadNumber number = ++last_thread;
    at_work.emplace(number, std::nullopt);
    ++being_made;
    lock.unlock();
    auto thread = Thread::start("call-" + std::to_string(number),
                                [state = shared_from_this(), number] { state->work_off(number); });
    lock.lock();
    --being_made;
    made.notify_all();
    if (!thread) {
      at_work.erase(number);
      is_help_coming = false;
      return std::unexpected(std::move(thread).error());
    }
    if (let_go_early.erase(number) > 0) {
      thread->let_go();
    } else {
      threads.emplace(number, *std::move(thread));
    }
    return {};
  }

  std::optional<Task> take(ThreadNumber thread, Lock& lock) {
    while (queue.empty() && !is_over) {
      ++idle;
      wake.wait(lock);
      --idle;
      is_help_coming = false;
    }
    if (is_over) return std::nullopt;
    Task task = std::move(queue.front());
    queue.pop_front();
    at_work.at(thread) = task.id;
    (void)summon(lock);  // without room for one more thread, those that are there come to it
    return task;
  }

  void work_off(ThreadNumber thread) {
    Lock lock(mutex);
    is_help_coming = false;
    for (bool is_replaced = false; !is_replaced;) {
      auto task = take(thread, lock);
      if (!task) break;
      lock.unlock();
      task->work();
      task->work = nullptr;
      lock.lock();
      at_work.at(thread).reset();
      stuck.erase(task->id);
      is_replaced = apart.erase(task->id) > 0;
    }
    at_work.erase(thread);
  }

  std::optional<ThreadNumber> thread_of(const AttemptId& id) const {
    const auto found = std::ranges::find_if(at_work, [&](const auto& entry) { return entry.second == id; });
    return found == at_work.end() ? std::nullopt : std::optional(found->first);
  }

  void let_go(ThreadNumber number) {
    auto thread = threads.extract(number);
    if (thread.empty()) {
      let_go_early.insert(number);
    } else {
      thread.mapped().let_go();
    }
  }
};

Crew::Crew(Bounds bounds) : state_(std::make_shared<State>(bounds)) {}

Crew::~Crew() {
  std::map<ThreadNumber, Thread> threads;
  {
    State::Lock lock(state_->mutex);
    state_->is_over = true;
    state_->queue.clear();
    state_->wake.notify_all();
    state_->made.wait(lock, [this] { return state_->being_made == 0; });
    threads = std::move(state_->threads);
  }
}

void Crew::expect(std::size_t works) {
  State::Lock lock(state_->mutex);
  const std::size_t ready = state_->idle + state_->being_made;
  if (ready < works && state_->threads.size() + state_->being_made < state_->bounds.threads) (void)state_->hire(lock);
}

Result<void> Crew::post(const AttemptId& id, std::function<void()> work) {
  State::Lock lock(state_->mutex);
  state_->queue.push_back({.id = id, .work = std::move(work)});
  auto summoned = state_->summon(lock);
  if (summoned || !state_->threads.empty()) return {};
  std::erase_if(state_->queue, [&](const State::Task& task) { return task.id == id; });
  return summoned;
}

bool Crew::withdraw(const AttemptId& id) {
  const State::Lock lock(state_->mutex);
  return std::erase_if(state_->queue, [&](const State::Task& task) { return task.id == id; }) > 0;
}

void Crew::set_apart(const AttemptId& id) {
  State::Lock lock(state_->mutex);
  const auto thread = state_->thread_of(id);
  if (!thread) return;
  if (state_->apart.size() >= state_->bounds.apart) {
    state_->stuck.insert(id);
    return;
  }
  state_->apart.insert(id);
  state_->let_go(*thread);
  (void)state_->summon(lock);  // what waited for this one
}

void Crew::let_go(const AttemptId& id) {
  const State::Lock lock(state_->mutex);
  const auto thread = state_->thread_of(id);
  if (!thread || !state_->apart.insert(id).second) return;
  state_->let_go(*thread);
}

std::size_t Crew::apart() const {
  const State::Lock lock(state_->mutex);
  return state_->apart.size() + state_->stuck.size();
}

bool Crew::is_exhausted() const {
  const State::Lock lock(state_->mutex);
  return state_->stuck.size() >= state_->bounds.threads;
}

}  // namespace belfry
