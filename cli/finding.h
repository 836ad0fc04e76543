// What the doctor found: how one thing is, and what to do about it.
#pragma once

#include <string>
#include <vector>

namespace belfry::cli {

struct Finding {
  enum class Verdict {
    good,
    note,  // works, and could be better
    bad,   // does not work as it should
  };
  std::string about;  // "clock"
  Verdict verdict = Verdict::good;
  std::string what;
  std::string cure;  // empty when good
};

using Findings = std::vector<Finding>;

}  // namespace belfry::cli
