// The scheduler's state and its decisions, private to this room. scheduler.h says what it promises; this file says how
// the room is divided:
//
//   scheduler.cpp   advance(): inputs first, then due slots, then the outbox
//   requests.cpp    what people ask for, and configurations
//   attempts.cpp    what the launcher reports
//   due.cpp         slots that have come
//   runs.cpp        opening and closing a run: the only place that does
//   view.cpp        the read model
//
// with the pure parts beside it: due_heap, job_table, missed, outbox.
#pragma once

#include <map>
#include <vector>

#include <belfry/scheduler.h>

#include <scheduler/due_heap.h>
#include <scheduler/job_table.h>
#include <scheduler/outbox.h>

namespace belfry {

class Scheduler::State final : public View {
 public:
  State(Options options, Snapshot snapshot);

  void submit(Input input) { inputs_.push_back(std::move(input)); }
  void advance(const Now& now, Actions& out);
  Wakeup next_wakeup() const;

  std::size_t job_count() const override { return jobs_.named_count(); }
  std::vector<JobView> jobs() const override;
  std::optional<JobView> job(const JobName& name) const override;
  std::vector<UpcomingSlot> upcoming(std::size_t limit, std::optional<WallTime> until) const override;
  std::vector<Run> open_runs() const override;
  const std::string& ledger_trouble() const override { return outbox_.trouble(); }
  const JobSet* job_set() const override { return set_.get(); }
  std::vector<QueueView> queues() const override { return {}; }
  bool is_quiet() const override { return open_.empty(); }

 private:
  struct OpenRun {
    Run run;
    bool resolved = true;  // false: restored from the ledger, and nobody has said yet what became of it
  };

  // requests.cpp
  void take(JobsLoaded& input, const Now& now, Actions& out);
  void take(RunRequested& input, const Now& now, Actions& out);
  void take(Persisted& input, const Now& now, Actions& out);
  template <class Request>
  void take(Request& input, const Now&, Actions& out) {
    if constexpr (requires { input.id.run; }) return;
    if constexpr (requires { RequestId{input.id}; }) out.answers.push_back({input.id, Refusal{}});
  }

  // attempts.cpp
  void take(AttemptStarted& input, const Now& now, Actions& out);
  void take(AttemptEnded& input, const Now& now, Actions& out);
  void take(AttemptStartFailed& input, const Now& now, Actions& out);
  void take(AttemptLost& input, const Now& now, Actions& out);
  void take(AttemptNeverExecuted& input, const Now& now, Actions& out);
  OpenRun* find_open(const AttemptId& id);

  // due.cpp
  struct SlotFate {  // what becomes of slots that do not run themselves
    SlotOutcome outcome = SlotOutcome::skipped;
    Reason reason = Reason::none;
    std::optional<RunId> cause;
    std::string detail;
    bool newest_runs = false;
  };
  void decide_due_slots(const Now& now);
  void decide(JobIndex index, const Now& now);
  void decide_stretch(JobState& state, const Stretch& stretch, const Now& now);
  SlotFate decide_newest(JobState& state, WallTime newest, std::int64_t allowed, const Now& now);
  void record_allowed(JobState& state, const Stretch& slots, WallTime newest, const SlotFate& fate);
  void record_slots(JobState& state, const Stretch& slots, const SlotFate& fate);
  void rearm(JobIndex index);

  // runs.cpp
  struct Opening {
    RunTrigger trigger = RunTrigger::schedule;
    std::optional<WallTime> slot;
    std::optional<WallTime> due;  // none: now
    std::int64_t stands_for = 1;
    std::string requested_by;
  };
  const Run& open_run(JobState& state, const Opening& opening, const Now& now);
  void close_run(Run closed);
  void promise_start(const JobState& state, const Run& run);

  // view.cpp
  JobView view_of(JobIndex index) const;

  Options options_;
  std::uint64_t ledger_identity_;
  std::uint64_t last_sequence_;
  std::vector<Input> inputs_;
  std::vector<Input> taken_;  // the inputs of the turn; kept for its capacity
  std::shared_ptr<const JobSet> set_;
  JobTable jobs_;
  DueHeap<WallTime> due_;  // when the next undecided slot is due, of each job that has one
  std::map<RunId, OpenRun> open_;
  Outbox outbox_;
};

}  // namespace belfry
