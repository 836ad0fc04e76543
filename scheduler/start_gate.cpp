#include <algorithm>

#include <base/verify.h>
#include <scheduler/start_gate.h>

namespace belfry {

std::optional<std::uint32_t> StartGate::free_places() const {
  if (!limits_.concurrency) return std::nullopt;
  return running_ < *limits_.concurrency ? *limits_.concurrency - running_ : 0;
}

// Unused credit is kept for a tenth of a second, or for one start.
bool StartGate::has_credit(BootTime now) {
  if (!limits_.rate) return true;
  const std::int64_t rate = *limits_.rate;
  const std::int64_t most = std::max(start_cost, rate * 100);
  const std::int64_t passed = std::min<std::int64_t>((now - credited_).count(), most);
  credit_ = std::min(most, credit_ + passed * rate);
  credited_ = now;
  return credit_ >= start_cost;
}

std::optional<BootTime> StartGate::opens_at(BootTime now) {
  if (has_credit(now)) return std::nullopt;
  const std::int64_t rate = *limits_.rate;
  return now + Millis{(start_cost - credit_ + rate - 1) / rate};
}

void StartGate::enter(BootTime now) {
  VERIFY(is_open(now));
  ++running_;
  if (limits_.rate) credit_ -= start_cost;
}

void StartGate::leave() {
  VERIFY(running_ > 0);
  --running_;
}

}  // namespace belfry
