// The rare states that histories came through. A simulation that never gets somewhere proves nothing about it.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

namespace belfry::sim {

// A state in which schedulers have gone wrong, and the name under which it is counted here. A simulation that does not
// come through it, again and again, is judged broken.
struct RareState {
  const char* what;
  const char* counted_as;
};
std::span<const RareState> rare_states();

class Reached {
 public:
  // Every state that must be reached sooner or later, with a zero.
  static Reached nothing();

  void count(const char* what, std::int64_t by = 1) { counts_[what] += by; }
  void add(const Reached& other) {
    for (const auto& [name, count] : other.counts_) counts_[name] += count;
  }
  const std::map<std::string, std::int64_t, std::less<>>& counts() const { return counts_; }

 private:
  std::map<std::string, std::int64_t, std::less<>> counts_;
};

}  // namespace belfry::sim
