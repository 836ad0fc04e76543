// Dice that fall the same way every time: a seed is a whole history.
#pragma once

#include <cstdint>

#include <belfry/time.h>

#include <base/hash.h>
#include <base/verify.h>

namespace belfry::sim {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : seed_(mix(seed)) {}

  std::uint64_t next() { return mix(seed_ ^ mix(++count_)); }

  // 0 to n - 1.
  std::uint64_t below(std::uint64_t n) {
    VERIFY(n > 0);
    return next() % n;
  }

  // True `per_million` times in a million.
  bool chance(std::uint64_t per_million) { return below(1'000'000) < per_million; }

  // From `least` to about `most`, each order of magnitude as likely as the others.
  Millis spread(Millis least, Millis most) {
    Millis value = least;
    while (value < most && !chance(250'000)) value = value * 2 + Millis{static_cast<std::int64_t>(below(7))};
    return value < most ? value : most;
  }

 private:
  std::uint64_t seed_;
  std::uint64_t count_ = 0;
};

}  // namespace belfry::sim
