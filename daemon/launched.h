// Open runs whose attempt may execute. What waits for its turn, or for the next attempt, has none.
#pragma once

#include <vector>

#include <belfry/run.h>

namespace belfry {

inline std::vector<Run> launched(std::vector<Run> open_runs) {
  std::erase_if(open_runs,
                [](const Run& run) { return run.state != RunState::starting && run.state != RunState::running; });
  return open_runs;
}

}  // namespace belfry
