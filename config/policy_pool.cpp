#include <algorithm>

#include <base/hash.h>
#include <config/policy_pool.h>

namespace belfry::config {

namespace {

// Of what files vary most. What it leaves out only makes a bucket longer.
std::uint64_t hash_of(const Policies& policies) {
  std::uint64_t hash = hash_text(policies.queue.str());
  const auto add = [&hash](std::int64_t value) { hash = mix(hash ^ static_cast<std::uint64_t>(value)); };
  add(policies.priority);
  add(policies.timeout.value_or(Millis{-1}).count());
  add(policies.deadline.value_or(Millis{-1}).count());
  add(policies.missed.within.value_or(Millis{-1}).count());
  add(policies.missed.max);
  add(policies.max_runs.value_or(-1));
  add(policies.pause_after_failures.value_or(0));
  if (policies.retry) {
    add(policies.retry->max);
    add(policies.retry->delay.count());
    add(policies.retry->max_delay.count());
  }
  return hash;
}

}  // namespace

PolicyPool::PolicyPool() { by_hash_[hash_of(*default_policies())].push_back(default_policies()); }

std::shared_ptr<const Policies> PolicyPool::share(const Policies& policies) {
  auto& bucket = by_hash_[hash_of(policies)];
  const auto known = std::ranges::find_if(bucket, [&](const auto& one) { return *one == policies; });
  if (known != bucket.end()) return *known;
  return bucket.emplace_back(std::make_shared<const Policies>(policies));
}

}  // namespace belfry::config
