#include <base/hash.h>
#include <config/pools.h>

namespace belfry::config {

namespace {

class Hash {
 public:
  explicit Hash(std::string_view text) : value_(hash_text(text)) {}
  void add(std::int64_t number) { value_ = mix(value_ ^ static_cast<std::uint64_t>(number)); }
  void add(std::string_view text) { value_ = hash_text(text, value_); }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_;
};

}  // namespace

std::uint64_t hash_of(const Policies& policies) {
  Hash hash(policies.queue.str());
  hash.add(policies.priority);
  hash.add(policies.timeout.value_or(Millis{-1}).count());
  hash.add(policies.deadline.value_or(Millis{-1}).count());
  hash.add(policies.missed.within.value_or(Millis{-1}).count());
  hash.add(policies.missed.max);
  hash.add(policies.max_runs.value_or(-1));
  hash.add(policies.pause_after_failures.value_or(0));
  if (policies.retry) {
    hash.add(policies.retry->max);
    hash.add(policies.retry->delay.count());
    hash.add(policies.retry->max_delay.count());
  }
  return hash.value();
}

std::uint64_t hash_of(const ProcessSettings& settings) {
  Hash hash(settings.user);
  hash.add(settings.group);
  hash.add(settings.env_file);
  hash.add(settings.only_if);
  hash.add(settings.stdin_text.value_or(""));
  hash.add(settings.stop_grace_period.count());
  hash.add(settings.limits.memory.value_or(-1));
  return hash.value();
}

}  // namespace belfry::config
