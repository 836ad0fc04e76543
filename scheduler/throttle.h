// Lets so many through at once, and then one now and again: for what is worth recording, but may come without end, such
// as a clock that somebody sets to and fro (F32).
#pragma once

#include <algorithm>
#include <cstdint>

#include <belfry/time.h>

namespace belfry {

class Throttle {
 public:
  struct Rate {
    std::int64_t at_once = 0;
    Millis one_every{};
  };
  explicit Throttle(Rate rate) : rate_(rate), left_(rate.at_once) {}

  // REQUIRES: now never decreases.
  bool lets_through(BootTime now) {
    const std::int64_t regained = (now - counted_) / rate_.one_every;
    counted_ += rate_.one_every * regained;
    left_ = std::min(rate_.at_once, left_ + regained);
    if (left_ == 0) return false;
    --left_;
    return true;
  }

 private:
  Rate rate_;
  std::int64_t left_;
  BootTime counted_{};
};

}  // namespace belfry
