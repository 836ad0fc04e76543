// The simulation: one machine, its clocks, processes, ledger and daemon, and everything that can go wrong with them.
//
// Theory of operation. A plan draws jobs and faults from dice, so a seed is one history. Time jumps from event to
// event: the daemon's wake-up, a process, the store's answer, the next fault. The daemon may die at every boundary:
// before a batch reaches the store, after the commit and before its answer, before each start and stop, in the middle
// of recovery. Slots are decided a moment ahead of their instant, by the same parts that the daemon's turn is made of,
// and whatever may happen between happens there more often than elsewhere. What is seen is told to a witness, who knows
// what must hold (witness.h). A second phase without faults must settle everything that is open.
//
//   world.cpp          time and events
//   world_daemon.cpp   the daemon's life, its turns, its store
//   world_machine.cpp  processes, clocks, the machine
//   world_people.cpp   what people ask for
//   world_replay.cpp   what the ledger holds
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <belfry/scheduler.h>

#include <daemon/core_time.h>
#include <daemon/held_back.h>
#include <store/memory_store.h>
#include <tests/sim/dice.h>
#include <tests/sim/plan.h>
#include <tests/sim/process.h>
#include <tests/sim/reached.h>
#include <tests/sim/trace.h>
#include <tests/sim/witness.h>
#include <tests/sim/workload.h>

namespace belfry::sim {

struct Verdicts {
  std::vector<std::string> violations;  // empty: every invariant held
  std::vector<std::string> trace;       // the last events, oldest first
  std::uint64_t hash = 0;               // of everything that happened
  Reached reached;
  Millis simulated{};
  std::int64_t turns = 0;
  std::size_t jobs = 0;  // lines of the file, in all its versions
};

class World {
 public:
  explicit World(const Plan& plan);
  Verdicts run();

 private:
  // What may happen next, and when.
  enum class Event { wakeup, process, report, answer, restart, exit, ledger_back, fault, end };
  struct Next {
    Event event = Event::end;
    BootTime at;
    std::size_t which = 0;  // fault: which one
  };

  // ---- time and events
  Now now() const;
  Next next_event() const;
  void pass_to(BootTime at);
  void happen(const Next& next);
  void strike(Fault fault);
  void plan_fault(Fault fault);
  void settle();
  bool has_chance(Fault fault) { return faults_on_ && dice_.chance(faults_[fault]); }
  Moment moment() const;
  void at_new_moment();

  // ---- the daemon
  void start_daemon();
  void recover(const std::vector<Run>& open_runs);
  void kill_daemon(const char* where);
  bool dies_here(const char* where, std::uint64_t weight = 1);
  void turn();
  void decide();
  void go_ahead();
  void meddle(Millis before);
  bool carry_out();                // false: the daemon died
  bool let_go();                   // likewise
  bool perform(Actions& actions);  // likewise
  bool holds_a_start() const { return scheduler_ && time_.is_ahead() && !held_.actions().starts.empty(); }
  void persist(const Batch& batch);
  void answer_store();
  void load_jobs();
  void give(Input input);  // to the daemon, if there is one
  void check_progress();
  void check_rest();
  void check_replay();
  bool may_replay() const;
  void check_wish(const Batch& batch);
  void compare(const View& live, const View& rebuilt);
  void audit_all();

  // ---- the machine
  void launch(const StartOrder& order);
  void stop(const StopOrder& order);
  void move_processes();
  void begin(Process& process);
  void end(std::size_t index);
  void end_now();
  void report(Report report);
  void kill_minder();
  void reboot();
  void step_clock();
  void strobe_clock();
  void suspend();
  ProcessEnd draw_end(const JobName& job);
  bool is_in_a_repeated_hour() const;

  // ---- people
  void request();
  void ask(Input input, RequestId id);
  RequestId next_request() { return RequestId{++requests_}; }
  std::string person() const { return "uid " + std::to_string(requests_); }
  const Job& any_job() { return set_->jobs[dice_.below(set_->jobs.size())]; }
  void ask_to_run();
  void ask_to_retry();
  void ask_to_cancel();
  void ask_to_pause();
  void ask_to_resume();
  void ask_to_backfill();
  void shut_down();

  void say(const std::string& what) { trace_.say(what); }

  Plan plan_;
  Faults faults_;
  Dice dice_;
  Workload workload_;
  Trace trace_;
  Reached reached_;
  Witness witness_;
  bool faults_on_ = true;

  BootTime real_{std::chrono::hours{1}};  // time itself: it goes on whatever happens
  WallTime wall_;
  BootTime booted_;
  Millis asleep_{};  // since booted
  int boots_ = 1;
  std::int64_t drift_left_ = 0;  // of the wall clock, in millionths of a millisecond
  BootTime end_;

  std::shared_ptr<const JobSet> set_;
  MemoryStore store_{7};
  struct OnItsWay {
    CommitAnswer answer;
    BootTime at;
  };
  std::optional<OnItsWay> on_its_way_;  // an answer of the store
  BatchId offered_{};                   // the newest batch
  BatchId committed_{};
  std::optional<BatchId> unknown_;  // nobody could say what became of it
  bool was_refused_ = false;        // since the last commit: the disk was full
  bool ledger_in_trouble_ = false;
  std::optional<BootTime> ledger_back_at_;

  std::optional<Scheduler> scheduler_;
  CoreTime time_;
  Now told_{};        // what the core was told last,
  BootTime told_at_;  // and when
  HeldBack held_;
  bool is_owed_ = false;     // the daemon has something to look at
  bool was_at_rest_ = true;  // after the last turn nothing was decided that the ledger does not hold
  bool is_stopping_ = false;
  Millis timer_late_{};  // the next wake-up
  Actions actions_;
  std::optional<BootTime> restart_at_;
  std::optional<BootTime> exit_at_;
  std::map<Fault, BootTime> planned_;
  int idle_turns_ = 0;
  std::int64_t turns_ = 0;

  std::vector<Process> processes_;
  std::map<AttemptId, Report> records_;  // exit records on disk
  struct OnTheWire {
    Report report;
    BootTime at;
  };
  std::vector<OnTheWire> reports_;  // in order
  std::uint64_t requests_ = 0;
  std::map<std::uint64_t, std::string> asked_;  // and not answered, by a daemon that lives
  std::vector<std::string> keys_;
};

Verdicts simulate(const Plan& plan);

}  // namespace belfry::sim
