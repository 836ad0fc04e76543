// A bound on starts: how many may execute at the same time, and how many may begin in a second.
#pragma once

#include <cstdint>
#include <optional>

#include <belfry/time.h>

namespace belfry {

class StartGate {
 public:
  struct Limits {
    std::optional<std::uint32_t> concurrency;
    std::optional<std::uint32_t> rate;  // per second
  };

  StartGate() = default;
  explicit StartGate(const Limits& limits) : limits_(limits) {}

  void set_limits(const Limits& limits) { limits_ = limits; }

  bool has_place() const { return !limits_.concurrency || running_ < *limits_.concurrency; }
  // Places that are free; none: as many as may be.
  std::optional<std::uint32_t> free_places() const;
  bool is_open(BootTime now) { return has_place() && has_credit(now); }
  // When the rate allows the next start; none: it does not hold anything up.
  std::optional<BootTime> opens_at(BootTime now);

  std::uint32_t running() const { return running_; }
  void enter(BootTime now);
  void adopt() { ++running_; }  // a run that was started by an earlier daemon
  void leave();

 private:
  static constexpr std::int64_t start_cost = 1000;  // credit grows by `rate` in a millisecond
  bool has_credit(BootTime now);

  Limits limits_;
  std::uint32_t running_ = 0;
  std::int64_t credit_ = start_cost;
  BootTime credited_{};
};

}  // namespace belfry
