// The scheduler's state and its decisions, private to this room. scheduler.h says what it promises; this file says how
// the room is divided:
//
//   scheduler.cpp      advance(): clocks, inputs, timers, due slots, backfills, admission, the outbox
//   load.cpp           configurations, and what an earlier daemon left
//   requests.cpp       what people ask for
//   standing.cpp       pauses, skips, failures in a row: where a job stands
//   attempts.cpp       what the launcher reports, and what follows from the end of an attempt
//   due.cpp            slots that have come
//   measured.cpp       those of jobs that are measured from their last run
//   ahead.cpp          slots that may be decided a moment before they come
//   runs.cpp           opening and closing a run, and telling the ledger of it: the only place that does
//   places.cpp         where open runs are on their way: lines, delays, room, admission
//   follow.cpp         what follows from other runs: jobs that come after, backfills, a start of the daemon
//   view.cpp           the read model: how things stand
//   upcoming.cpp       the read model: what will run
//
// with the decisions and parts beside it, each a small file that knows nothing of this one: clocks, missed, overlap,
// retry, breaker, segments, due_heap, start_gate, queues, run_table, job_table, kept_requests, outbox.
#pragma once

#include <expected>
#include <map>
#include <vector>

#include <belfry/scheduler.h>

#include <scheduler/clocks.h>
#include <scheduler/due_heap.h>
#include <scheduler/job_table.h>
#include <scheduler/kept_requests.h>
#include <scheduler/missed.h>
#include <scheduler/outbox.h>
#include <scheduler/overlap.h>
#include <scheduler/pieces.h>
#include <scheduler/queues.h>
#include <scheduler/run_table.h>
#include <scheduler/throttle.h>

namespace belfry {

class Scheduler::State final : public View {
 public:
  State(Options options, Snapshot snapshot);

  void submit(Input input) { inputs_.push_back(std::move(input)); }
  void advance(const Now& now, Actions& out);
  Wakeup next_wakeup();
  std::optional<Millis> sure_ahead(Millis most) const;

  std::size_t job_count() const override { return jobs_.named_count(); }
  std::size_t paused_count() const override;
  std::vector<JobView> jobs() const override;
  std::optional<JobView> job(const JobName& name) const override;
  std::vector<UpcomingSlot> upcoming(std::size_t limit, std::optional<WallTime> until) const override;
  std::vector<Run> open_runs() const override;
  const std::string& ledger_trouble() const override { return outbox_.trouble(); }
  const JobSet* job_set() const override { return set_.get(); }
  std::vector<QueueView> queues() const override;
  bool is_handed_over() const override { return outbox_.is_handed_over(); }
  bool is_quiet() const override { return queues_.running() == 0 && outbox_.is_empty(); }

 private:
  struct Opening {
    RunTrigger trigger = RunTrigger::schedule;
    std::optional<WallTime> slot;
    std::optional<WallTime> nominal;  // where there is no slot
    std::optional<WallTime> due;      // none: now
    std::int64_t stands_for = 1;
    std::optional<RunId> cause;
    SharedText cause_job;
    std::string requested_by;
    std::string key;
    bool is_unique = false;
    std::optional<Params> params;  // none: the job's usual ones
    SharedText queue;              // empty: the job's
    std::optional<int> priority;
    bool ignores_overlap = false;
    Place place = Place::in_line;
    Millis delay{};              // delayed: for so long,
    std::optional<WallTime> at;  // or until this instant
    bool has_claim = true;
  };
  struct Obstacle {  // why a run does not start
    Reason reason = Reason::none;
    std::optional<RunId> cause;
    std::string detail;
  };

  // scheduler.cpp
  bool may_decide() const;
  Clocks::Seen look_at_clocks(const Now& now, Actions& out);
  bool was_clock_wrong(const Clocks::Seen& seen) const;
  void put_clock_right(Actions& out);
  void ring_timers();
  void decide_all();
  void take(EventNoted& input, Actions& out);
  void note(Event event);
  void note_clock(EventKind kind, Millis slept, std::string detail);
  const Now& now() const { return clocks_.now(); }

  // load.cpp
  void take_over(Run run);
  void date_restored_runs();
  void place_restored_runs();
  void place_restored(RunHandle handle);
  void take(JobsLoaded& input, Actions& out);
  void arm_anew(const JobTable::Sight& sight);
  void let_go_of_held_slots();
  void follow_renaming(const JobRenamed& renamed);
  void end_definition(const JobTable::Ended& ended);
  void follow_jobs_to_their_places();
  void drop_what_removed_jobs_had_in_mind();
  void link_dependents();
  void restore_backfills();

  // requests.cpp
  std::optional<Refusal> refusal_for_all() const;
  std::optional<JobIndex> find_job(RequestId request, const JobName& name, Actions& out);
  std::optional<RunId> run_of_equal_request(JobIndex index, const Params& params, Millis young);
  void answer_with_run(RequestId request, std::expected<RunHandle, Obstacle> entered, Actions& out);
  void take(RunRequested& input, Actions& out);
  void take(RetryRequested& input, Actions& out);
  void take(CancelRequested& input, Actions& out);
  void take(BackfillRequested& input, Actions& out);
  void take(StopAsked& input, Actions& out);
  void take(Persisted& input, Actions& out);

  // standing.cpp
  std::optional<std::vector<JobIndex>> find_jobs(RequestId request, const std::vector<JobName>& names, Actions& out);
  void take(PauseRequested& input, Actions& out);
  void take(ResumeRequested& input, Actions& out);
  void take(SkipRequested& input, Actions& out);
  void record_standing(const JobState& state);
  void note_of_each(const std::vector<JobIndex>& jobs, Event event);
  static SlotFate paused_fate(const Pause& pause);
  void pause(JobState& state, Pause pause);
  void resume(JobState& state, const std::string& by);
  void catch_up(JobIndex index, const Pause& pause, const std::string& by);
  void count_failure(JobState& state, const Run& closed);
  void pause_by_itself(JobState& state, const std::string& why);

  // attempts.cpp
  std::optional<RunHandle> find_launched(const AttemptId& id);
  void take(AttemptStarted& input, Actions& out);
  void take(AttemptProgressed& input, Actions& out);
  void take(AttemptEnded& input, Actions& out);
  void take(AttemptStartFailed& input, Actions& out);
  void take(AttemptLost& input, Actions& out);
  void take(AttemptNeverExecuted& input, Actions& out);
  void end_attempt(RunHandle handle, RunOutcome outcome, Reason reason);
  bool try_again(RunHandle handle, RunOutcome outcome, Reason reason);

  // due.cpp
  WallTime time_of(const Job& job) const;
  std::optional<JobIndex> next_due() const;
  std::optional<WallTime> next_due_of(const JobState& state) const;
  void decide_due_slots();
  void disarm(JobIndex index);
  void rearm(JobIndex index);
  void decide(JobIndex index);
  bool decide_stretch(JobIndex index, const Stretch& stretch);
  void decide_one(JobIndex index, WallTime slot);
  bool decide_by_standing(JobState& state, Pieces& pieces);
  void decide_pieces(JobIndex index, Pieces& pieces);
  void run_newest(JobIndex index, Pieces& pieces, const MissedDecision& decision);
  void run_oldest(JobIndex index, Pieces& pieces, Millis limit);
  void hold(JobState& state, Pieces& pieces);
  bool is_catching_up(const JobState& state) const;
  SlotFate missed_fate(const JobState& state) const;
  std::optional<SlotFate> start_slot(JobIndex index, Opening opening);
  void space_catch_up(const JobState& state, Opening& opening);
  void record_pieces(JobState& state, const Pieces& pieces);
  void record_runs_before(const JobState& state, WallTime slot);
  void record_slots(JobState& state, const Stretch& slots, const SlotFate& fate);

  // measured.cpp
  void decide_measured(JobIndex index);
  std::optional<SlotFate> fate_of_measured(JobState& state);
  void measure_from_finish(JobState& state);

  // runs.cpp
  std::expected<RunHandle, Obstacle> enter(JobIndex index, Opening opening);
  RunHandle open_run(JobIndex index, const Opening& opening);
  void decline(JobIndex index, Opening opening, const Obstacle& obstacle);
  void record_moved_runs();
  void record_opened(RunHandle handle);
  void promise_start(const OpenRun& open);
  void hold_to_deadlines(std::vector<StartOrder>& starts);
  void order_stop(RunHandle handle, Reason reason, const std::string& by);
  void leave_place(RunHandle handle);
  void close_run(RunHandle handle, RunOutcome outcome, Reason reason);
  static void keep_newest(JobState& state, const Run& closed);

  // places.cpp
  static bool is_for_later(const OpenRun& open);
  bool is_live(const OpenRun& open) const;
  JobLoad load_of(const JobState& state, RunHandle except) const;
  bool is_idle(const JobState& state) const;
  std::optional<RunId> run_in_the_way(const JobState& state) const;
  void arm(RunHandle handle, std::optional<BootTime> wakes);
  void set_timer(RunHandle handle);
  std::optional<Millis> deadline_left(const OpenRun& open) const;
  void release(RunHandle handle);
  void release_undecided(RunHandle handle);
  void line_up(RunHandle handle);
  void supersede_waiting(JobState& state, RunHandle newcomer);
  void make_room(JobState& state, RunHandle newcomer);
  void let_followers_in(JobIndex index);
  void admit();

  // follow.cpp
  void trigger_dependents(JobIndex index, const Run& closed);
  bool has_all_causes(JobState& state, const AfterTrigger& after, const JobName& newest);
  Opening with_delay(Opening opening, Millis delay) const;
  void start_by_itself(JobIndex index, Opening opening);
  void fire_startups();
  void begin_backfill(JobIndex index, Backfill backfill);
  void go_on_with_backfill(JobIndex index);
  void settle_idle_jobs();

  // view.cpp
  JobView view_of(JobIndex index) const;

  // upcoming.cpp
  std::optional<WallTime> next_start(const JobState& state) const;

  Options options_;
  std::uint64_t ledger_identity_;
  std::uint64_t last_sequence_;
  std::vector<Input> inputs_;
  std::vector<Input> taken_;  // the inputs of the turn; kept for its capacity
  std::shared_ptr<const JobSet> set_;
  Clocks clocks_;
  Reason gap_ = Reason::down;  // why nobody looked between the last turn and this one, if slots passed
  bool is_stopping_ = false;
  bool owes_startups_ = false;  // the first configuration has come

  JobTable jobs_;
  DueHeap<WallTime> due_by_wall_;                     // when the next undecided slot is due, of each job that has one,
  DueHeap<WallTime> due_by_elapsed_;                  // by the time that the job follows,
  DueHeap<WallTime> held_;                            // or of a job that is held: those wait for no time
  std::map<std::uint64_t, Backfill> left_backfills_;  // from the ledger, until the first configuration

  RunTable runs_;
  Queues queues_;
  DueHeap<BootTime> timers_;       // of runs: a delay, the next attempt, the deadline
  DueHeap<WallTime> wall_timers_;  // of runs that are for a certain instant
  std::vector<RunHandle> opened_;  // in this turn, and not recorded yet
  std::vector<RunHandle> admitted_;
  std::vector<std::pair<RequestId, Run>> owed_answers_;  // to requests that opened a run in this turn
  std::vector<JobIndex> idle_;                           // jobs that may have become idle in this turn
  BootTime next_catch_up_{};                             // not before this (S20)

  KeptRequests kept_;
  Throttle clock_events_{{.at_once = 20, .one_every = std::chrono::minutes{5}}};
  std::optional<WallTime> ledger_failed_at_;
  Outbox outbox_;
};

}  // namespace belfry
