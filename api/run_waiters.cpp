#include <algorithm>
#include <functional>
#include <iterator>

#include <api/run_waiters.h>

namespace belfry::api {

template <class Predicate>
std::vector<RunWaiters::Waiter> RunWaiters::take_if(Predicate is_taken) {
  const auto kept_end = std::stable_partition(waiters_.begin(), waiters_.end(), std::not_fn(is_taken));
  std::vector<Waiter> taken(std::make_move_iterator(kept_end), std::make_move_iterator(waiters_.end()));
  waiters_.erase(kept_end, waiters_.end());
  return taken;
}

void RunWaiters::add(Waiter waiter) {
  std::erase_if(waiters_, [](const Waiter& other) { return other.client && other.client->expired(); });
  waiters_.push_back(std::move(waiter));
}

std::vector<RunWaiters::Waiter> RunWaiters::take(RunId run) {
  return take_if([&](const Waiter& waiter) { return waiter.run == run; });
}

std::vector<RunWaiters::Waiter> RunWaiters::take_expired(BootTime now) {
  return take_if([&](const Waiter& waiter) { return waiter.deadline <= now; });
}

std::optional<BootTime> RunWaiters::next_deadline() const {
  std::optional<BootTime> next;
  for (const Waiter& waiter : waiters_) {
    if (!next || waiter.deadline < *next) next = waiter.deadline;
  }
  return next;
}

}  // namespace belfry::api
