#include <jobs/action_launcher.h>

namespace belfry {

Launcher& ActionLauncher::of(const StartOrder& order) {
  return std::holds_alternative<Call>(order.job->action) ? callables_ : commands_;
}

void ActionLauncher::expect(const StartOrder& order) { of(order).expect(order); }
void ActionLauncher::start(const StartOrder& order) { of(order).start(order); }

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
