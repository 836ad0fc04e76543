// Many starts in one turn of the loop. More minders at once than the processors can run make nothing faster, and each
// new one costs more than one that comes free in a moment. But only jobs that are over at once set one free.
#pragma once

#include <cstdint>

namespace belfry {

class Burst {
 public:
  explicit Burst(std::uint32_t processors) : few_(2 * processors) {}

  // A new turn.
  void begin() { new_minders_ = 0; }

  // One more minder is about to be made: whether to wait a moment first for one that comes free. Say then what came of
  // it.
  bool is_worth_a_wait();
  void note(bool has_come_free);

 private:
  std::uint32_t few_;
  std::uint32_t new_minders_ = 0;
  std::uint32_t pause_ = 0;  // so many are made without waiting when a wait was in vain
  std::uint32_t left_ = 0;   // of the pause
};

}  // namespace belfry
