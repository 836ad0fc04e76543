#include <algorithm>

#include <belfry/scheduler.h>

#include <base/verify.h>
#include <scheduler/state.h>

namespace belfry {

Scheduler::State::State(Options options, Snapshot snapshot)
    : options_(std::move(options)),
      ledger_identity_(snapshot.identity),
      last_sequence_(snapshot.last_sequence),
      jobs_(snapshot.jobs),
      outbox_(snapshot.last_batch) {
  for (Run& run : snapshot.open_runs) {
    JobState* state = jobs_.find(run.job);
    VERIFY(state != nullptr);  // the ledger sees a job before its runs
    state->open.push_back(run.id);
    const RunId id = run.id;
    open_.emplace(id, OpenRun{.run = std::move(run), .resolved = false});
  }
}

// Inputs first: what is known must be known before anything is decided. Due slots next. What both decided goes out as
// one batch.
void Scheduler::State::advance(const Now& now, Actions& out) {
  out.clear();
  std::swap(inputs_, taken_);
  for (Input& input : taken_) {
    std::visit([&](auto& happened) { take(happened, now, out); }, input);
  }
  taken_.clear();
  VERIFY(std::all_of(open_.begin(), open_.end(), [](const auto& entry) { return entry.second.resolved; }));
  decide_due_slots(now);
  outbox_.offer(now.boot, out);
}

Wakeup Scheduler::State::next_wakeup() const {
  Wakeup wakeup;
  wakeup.boot = outbox_.retry_at();
  // While the ledger fails no slot is decided, so a due one must not wake anybody.
  if (!outbox_.failing() && !due_.empty()) wakeup.wall = due_.top().due;
  return wakeup;
}

Scheduler::Scheduler(Options options, Snapshot snapshot)
    : state_(std::make_unique<State>(std::move(options), std::move(snapshot))) {}
Scheduler::Scheduler(Scheduler&&) noexcept = default;
Scheduler& Scheduler::operator=(Scheduler&&) noexcept = default;
Scheduler::~Scheduler() = default;

void Scheduler::submit(Input input) { state_->submit(std::move(input)); }
void Scheduler::advance(const Now& now, Actions& out) { state_->advance(now, out); }
Wakeup Scheduler::next_wakeup() const { return state_->next_wakeup(); }
const View& Scheduler::view() const { return *state_; }

}  // namespace belfry
