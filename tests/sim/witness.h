// The witness: sees everything that the daemon says and does, keeps books of its own, and says what must not be.
//
// Theory of operation. The witness reads each batch when the ledger takes it, and keeps what the ledger then holds:
// runs, jobs, and per job an account of its slots. It knows the file's versions and what really happened to processes.
// All invariants are checked against these books and never against the core's own state. What a batch holds was decided
// between two instants, since the previous batch was offered; that is its Window. Mostly it is one instant, and then
// the checks are exact; where it is not, the witness believes the core what could have been true within the window.
//
//   witness.cpp         the books
//   witness_slots.cpp   what becomes of slots: I1, I7, I8, I12
//   witness_runs.cpp    the life of runs: I4, I5, I10, I15, I18
//   witness_order.cpp   whose turn it is, within one batch: S5, S18, S20, S21, S23
//   witness_follow.cpp  jobs that come after others, backfills
//   witness_work.cpp    what executes: I2, I3, I6, I9, I11
//   witness_people.cpp  what people ask for, and what they are told: I2, I15
//   witness_rest.cpp    what must hold when everything decided is in the ledger: L1, L2, I13
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <belfry/scheduler.h>

#include <tests/sim/process.h>
#include <tests/sim/reached.h>
#include <tests/sim/trace.h>
#include <tests/sim/workload.h>

namespace belfry::sim {

inline std::string who(const Run& run) { return run.job.text() + " " + run.id.text().substr(18); }

inline bool is_under_way(const Run& run) { return run.state == RunState::starting || run.state == RunState::running; }

// The first slot after t that no calendar takes out.
std::optional<WallTime> first_allowed(const Schedule& schedule, WallTime t);

struct Moment {
  WallTime wall;
  BootTime real;  // of the simulation: it goes on when the machine is started anew
};

// When something was decided, and under which versions of the file.
struct Window {
  Moment since, upto;
  std::size_t first_set = 0, last_set = 0;
  bool is_instant() const { return since.wall == upto.wall && since.real == upto.real; }
};

// What really happened to an attempt.
struct Evidence {
  bool executed = false;
  bool lost = false;
  bool start_failed = false;
  std::optional<AttemptEnded> ended;
};

struct KnownRun {
  Run run;
  Moment opened;
  Window admitted;  // the last time
  struct Attempt {
    Run closed;
    Window when;
    Millis least{};  // of the pause after it
    Millis most{};
  };
  std::vector<Attempt> attempts;  // those that were followed by another, or are to be
  std::uint64_t started_in = 0;   // batch: of the newest launch
  std::uint64_t stopped_in = 0;   // likewise: of the wish to stop
  std::uint64_t opened_in = 0;    // likewise
  std::uint64_t closed_in = 0;    // likewise
  bool was_delayed = false;       // its time had to come first

  std::optional<WallTime> released;  // its time came, and the daemon saw it

  // A deadline counts from here, or from a little earlier after a restart.
  WallTime since() const { return released.value_or(since_least()); }
  WallTime since_least() const { return std::max(run.opened, run.due); }
};

struct JobBook {
  explicit JobBook(JobSeen first) : seen(std::move(first)) {}

  JobSeen seen;
  std::optional<JobName> former;  // its name before this one,
  std::size_t renamed_in = 0;     // in versions of the file before this
  std::optional<JobStanding> standing;
  BootTime paused_at;  // if it is: not before this
  bool removed = false;
  const Definition* definition = nullptr;          // null: no grid
  WallTime accounted;                              // every slot up to here has its outcome
  std::optional<WallTime> last_slot;               // of this definition
  std::vector<RunId> open;                         // oldest first
  std::int64_t bounded_runs = 0;                   // under max_runs
  std::optional<BootTime> last_began, last_ended;  // for measured intervals
  std::uint64_t opened_at = 0, opened_before = 0;  // its last run, and the one before: as batches are numbered
  std::uint64_t succeeded_at = 0, ended_at = 0;    // likewise
  std::uint64_t noted_success = 0, noted_end = 0;  // likewise: while the file had it
  std::uint64_t started_up_at = 0;                 // likewise: its last run for a start
  std::uint64_t defined_at = 0;                    // likewise: its triggers changed
  std::set<WallTime> successes;                    // when the runs that succeeded were due
  std::int64_t skipped = 0;                        // slots, on request: in all
  // When its next slot is due; asked for at each turn, and mostly the same as before.
  struct Due {
    std::shared_ptr<const Schedule::Rules> of;
    WallTime after;
    std::optional<WallTime> at;
  };
  mutable Due next;
};

class Witness {
 public:
  Witness(Trace& trace, Reached& reached, const Workload& workload, const Faults& faults)
      : trace_(trace), reached_(reached), workload_(workload), faults_(faults) {}

  // ---- what happens
  void at(Moment now) { now_ = now; }
  void daemon_looks();
  void clock_was_set(Millis by);
  void disturbed() { undisturbed_since_ = now_; }  // something came due, maybe, and nobody could have seen it
  void file_was_loaded(std::shared_ptr<const JobSet> set);
  void daemon_started(BootId boot);
  void ledger_answered(Verdict verdict);
  void decides_from_now();             // all earlier decisions are in the ledger
  void goes_ahead();                   // what is decided now is decided before its instant,
  void has_gone_ahead();               // and what follows is not
  void offered(const Batch& batch);    // for the first time
  void committed(const Batch& batch);  // the ledger holds it
  void ordered(const StartOrder& order, const std::vector<StopOrder>& stops, const std::vector<Process>& processes);
  void answered(const Answer& answer);
  void told(const Notice& notice);
  Evidence& evidence(const RunId& run, std::uint32_t attempt) { return evidence_[{run, attempt}]; }
  void began(const Process& process);
  void asked_to_fill(const std::string& by) { may_fill_.insert(by); }
  void asked_to_fill(const std::string& by, WallTime from, WallTime to);
  void asked(const RunRequested& wish);
  void asked(const PauseRequested& wish);
  void asked(const SkipRequested& wish);
  void asked(const ResumeRequested& wish);
  template <class Other>
  void asked(const Other&) {}
  void told_to_stop(OnStop what);

  // ---- at rest: everything decided is in the ledger
  void check_at_rest(const View& view, const std::vector<Process>& processes);
  void check_wakeup(const Wakeup& wakeup, const Now& now);
  void check_stopping(const std::vector<Process>& processes);
  // After a phase without faults: nothing may be left open that nobody waits for.
  void check_settled(Millis patience);

  // ---- what the books say
  const std::map<JobName, JobBook>& jobs() const { return jobs_; }
  const KnownRun* find(const RunId& run) const;
  const std::deque<RunId>& lately_closed() const { return lately_closed_; }
  std::vector<RunId> open_runs() const;
  const Job* job_now(const JobName& name) const { return written(sets_.back()->revision, name); }
  bool clock_was_ever_set() const { return clock_was_set_; }

 private:
  struct Part {  // of a job's account
    Stretch slots;
    Era era{};
    const Run* run = nullptr;
    const SlotsDecided* decided = nullptr;
  };
  struct Term {                              // of a definition
    const Definition* definition = nullptr;  // null: no grid
    WallTime from;
    Era era{};
    bool is_removal = false;  // there is none
  };
  struct Gathered {  // of one job, from one batch
    std::vector<Part> parts;
    std::vector<Term> terms;
    std::vector<JobStanding> standings;
    std::vector<const Run*> closed;
  };

  // witness.cpp
  std::vector<const Job*> candidates(const JobName& name, const Window& window) const;
  const Job* written(const std::string& revision, const JobName& name) const;
  JobBook& book(const JobName& job) { return jobs_.at(job); }
  JobBook& book_of(const Run& run) { return book(runs_.at(run.id).run.job); }  // whatever its job is called by now
  void apply(const JobSeen& seen);
  void apply(const JobStanding& standing);
  void apply(const JobRenamed& renamed);
  void apply(const JobRemoved& removed);
  void apply(const RunOpened& opened);
  void apply(const RunChanged& changed);
  void apply(const AttemptClosed& attempt);
  void apply(const RunClosed& closed);
  void apply(const SlotsDecided& decided);
  void apply(const BackfillMoved& moved);
  void apply(const BackfillEnded& ended);
  void apply(const IntervalTime& time) { interval_time_ = time; }
  void apply(const Event&) {}  // nothing is decided by it
  void violated(const std::string& what) { trace_.violated(what); }

  // witness_slots.cpp
  void settle_account(const JobName& name, Gathered& gathered);
  void walk(const JobName& name, JobBook& book, const Term& term, const std::vector<Part>& parts,
            std::optional<WallTime> upto);
  void check_part(const JobName& name, JobBook& book, const Term& term, const Part& part);
  void check_run_of_slot(const JobName& name, const JobBook& book, const Term& term, const Run& run);
  void check_decided(const JobName& name, const JobBook& book, const Term& term, const Part& part);
  void check_missed(const JobName& name, const Term& term, const Part& part);
  void check_nature(const JobName& name, JobBook& book, const Term& term, const Stretch& slots);
  void check_measured(const Run& run, const Job& job, const JobBook& book);
  void check_standing(const JobName& name, const std::optional<JobStanding>& before, const JobBook& after,
                      const Gathered& gathered);
  void check_end_of_pause(const JobBook& job, const JobStanding& next);
  void check_pauses(const JobName& name, const std::optional<JobStanding>& before, const Gathered& gathered);
  void check_failures_in_row(const JobName& name, const std::optional<JobStanding>& before, const JobBook& after,
                             const Gathered& gathered);

  // witness_runs.cpp
  void check_edge(const Run& before, const Run& after);
  void check_end(const KnownRun& known, const Run& closed);
  void check_past_deadline(const KnownRun& known, const Run& closed);
  bool may_be_past_deadline(const KnownRun& known) const;
  void check_outcome(const KnownRun& known, const Run& closed);
  void check_gave_up(const KnownRun& known, const Run& closed);
  void note_retry(KnownRun& known, const Run& waiting);
  void check_opened(const Run& run);
  void check_cap(const Run& run, const Job& job);
  void check_line(const Run& run);
  void check_waiting(const Run& run);
  void check_made_up(const Run& run);
  void check_wish(const Run& run);

  // witness_order.cpp
  void check_turn(const KnownRun& known);
  void check_followers_turn(const KnownRun& known);
  void check_file_order(const Batch& batch);
  void count_herd();
  void check_ahead(const Batch& batch);
  bool may_get_room(const JobName& name);
  void check_replaced(const Run& opened);
  void check_spacing(const Batch& batch);
  void check_spoken_for(const Batch& batch);
  void check_one_at_a_time(const Batch& batch);

  // witness_follow.cpp
  void check_followers(const Run& closed, const Batch& batch);
  bool have_others_ended(const Job& job, const JobName& last);
  void check_cause(const Run& opened);
  void check_by_itself(const Run& opened);
  void check_backfills(const Batch& batch);

  // witness_work.cpp
  void check_places(const StartOrder& order, const std::vector<Process>& processes);
  void check_limit(const StartOrder& order, const KnownRun& known);
  void check_rate(const StartOrder& order);
  void check_success(const StartOrder& order, const KnownRun& known);

  // witness_rest.cpp
  static std::optional<WallTime> next_due(const Job& job, const JobBook& book);
  void check_due(const Job& job, const JobBook& book);
  void check_open_run(const KnownRun& known);
  void check_startups(const JobSet& set);
  void check_interval_time(const Now& now);
  // By runs that execute.
  struct PlacesTaken {
    std::uint32_t all = 0;
    std::map<std::string, std::uint32_t> of_queue;
  };
  PlacesTaken places_taken() const;
  void check_room(const JobSet& set, const KnownRun& known, const PlacesTaken& taken);
  Millis slewed_since(const KnownRun& known) const;

  Trace& trace_;
  Reached& reached_;
  const Workload& workload_;
  const Faults& faults_;

  Moment now_;
  Moment undisturbed_since_;
  bool clock_was_set_ = false;
  bool clock_went_back_ = false;
  std::optional<BootTime> looked_;  // when the daemon last read its clocks
  WallTime elapsed_;                // at least so far interval time must be
  bool has_rested_ = false;         // this daemon has decided everything once
  bool owes_startups_ = false;
  bool kills_ = false;         // it was told to stop what runs
  std::size_t first_set_ = 0;  // of this daemon
  BootId boot_;
  std::optional<IntervalTime> interval_time_;             // as the ledger has it
  std::optional<WallTime> ledger_failed_, ledger_works_;  // between them nothing may be decided
  std::uint64_t began_after_ = 0;                         // batch
  Millis went_back_{};                                    // in all

  std::vector<std::shared_ptr<const JobSet>> sets_;
  std::map<std::string, std::size_t> revisions_;
  Moment decided_since_;
  std::size_t decided_since_set_ = 0;
  Window window_;  // of the batch that was offered last
  bool is_going_ahead_ = false;
  std::optional<BatchId> ahead_;  // the batch that was decided before its instant, last

  std::map<JobName, JobBook> jobs_;
  std::unordered_map<RunId, KnownRun> runs_;
  std::map<std::pair<RunId, std::uint32_t>, Evidence> evidence_;
  std::set<std::tuple<JobName, Era, WallTime>> slots_run_;
  std::map<std::string, RunId> keys_;
  std::set<std::string> may_fill_;                              // who asked for slots of the past
  std::map<std::string, std::pair<WallTime, WallTime>> fills_;  // by whom: from, to
  std::map<std::string, RunRequested> wishes_;                  // by whom
  std::map<RequestId, PauseRequested> pauses_wished_;
  std::set<std::pair<JobName, std::string>> pauses_;  // by whom
  std::map<JobName, BootTime> resumes_wished_;        // when somebody did last
  std::map<JobName, std::int64_t> skips_wished_;      // slots to leave out, in all
  std::set<std::pair<JobName, BootId>> started_with_;
  std::deque<RunId> lately_closed_;
  std::set<std::uint64_t> sequences_;
  std::set<AttemptId> ordered_;
  std::uint64_t batch_ = 0;
  std::map<std::uint64_t, Backfill> backfills_;
  std::set<std::pair<std::uint64_t, WallTime>> backfilled_;
  std::map<std::string, std::deque<BootTime>> started_in_;  // by queue, since the daemon started
  std::map<JobName, Gathered> gathered_;                    // of the batch at hand
};

}  // namespace belfry::sim
