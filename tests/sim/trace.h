// What happened in a history, for a person; and what should not have.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include <belfry/time.h>

#include <base/hash.h>

namespace belfry::sim {

class Trace {
 public:
  // The virtual wall clock, before each line of that instant.
  void at(WallTime wall) { wall_ = wall; }

  void say(const std::string& what);
  void violated(const std::string& what);
  // What is too much for people counts for the hash all the same.
  void note(std::uint64_t number) { hash_ = mix(hash_ ^ number); }

  // A simulation ends with its first violation: the rest would only follow from it.
  bool is_broken() const { return !violations_.empty(); }
  const std::vector<std::string>& violations() const { return violations_; }
  std::vector<std::string> lines() const;       // the last ones
  std::uint64_t hash() const { return hash_; }  // of all of them

 private:
  static constexpr std::size_t lines_max = 120;

  WallTime wall_;
  std::uint64_t hash_ = 0;
  struct Line {
    WallTime wall;
    std::string what;
    std::string text() const;  // only few are read
  };
  std::deque<Line> lines_;
  std::vector<std::string> violations_;
};

}  // namespace belfry::sim
