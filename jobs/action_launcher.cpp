#include <jobs/action_launcher.h>

namespace belfry {

void ActionLauncher::start(const StartOrder& order) {
  if (std::holds_alternative<Call>(order.job->action)) return callables_.start(order);
  commands_.start(order);
}

// Each passes over what it does not know.
void ActionLauncher::stop(const StopOrder& order) {
  callables_.stop(order);
  commands_.stop(order);
}

void ActionLauncher::recover(const std::vector<Run>& open_runs) {
  std::vector<Run> calls;
  std::vector<Run> others;
  for (const Run& run : open_runs) {
    (callables_.has_executed(run.attempt_id()) ? calls : others).push_back(run);
  }
  callables_.recover(calls);
  commands_.recover(others);
}

}  // namespace belfry
