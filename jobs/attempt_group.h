// The control group of one attempt, as the daemon sees it. Its minder makes and removes it; the daemon looks after it
// when it takes an attempt over, and when the minder is dead.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <jobs/controllers.h>

namespace belfry {

class AttemptGroup {
 public:
  // Of the attempt of this run directory, by its spec: what was ordered counts, whatever the job's definition says by
  // now. None: it was to have no group.
  static std::optional<AttemptGroup> of(const std::string& run_directory);

  // What its limits make use of; it must be handed on to it before bound_again().
  Controllers uses() const { return uses_; }

  // Puts its limits in force once more. What fails is in the log.
  void bound_again() const;

  // Kills all that is in it, waits to see it empty, and removes it. False: something is still there after `limit`.
  bool kill(std::chrono::milliseconds limit) const;

 private:
  bool is_empty() const;

  std::string path_;
  Controllers uses_;
  std::vector<std::pair<std::string, std::string>> limits_;  // file, content
};

}  // namespace belfry
