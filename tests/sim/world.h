// The simulation: one machine, its clocks, processes, ledger and daemon, and everything that can go wrong with them.
//
// Theory of operation. World(seed) draws jobs and faults from dice, so a seed is one history. Time jumps from event to
// event: the daemon's wake-up, the end of a process, the store's answer, the next fault. The daemon may die at every
// boundary: before a batch reaches the store, after the commit and before its answer, before each start, in the middle
// of recovery. The world remembers what really happened (which attempt executed, how it ended, which commit the ledger
// holds) and compares after every step; see check(). A second phase without faults must settle everything that is open.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <belfry/scheduler.h>

#include <store/memory_store.h>
#include <tests/sim/dice.h>

namespace belfry::sim {

// How often each fault comes: a mean distance in virtual time, or a chance in a million per boundary. Zero: never.
struct Faults {
  Millis crash{};
  Millis reboot{};
  Millis minder_kill{};
  Millis clock_step{};
  Millis suspend{};
  Millis reload{};
  Millis request{};
  Millis ledger_trouble{};
  std::uint64_t crash_at_boundary = 0;
  std::uint64_t lost_answer = 0;

  static Faults draw(Dice& dice);
};

// How often something rare was reached; a simulation that never gets there proves nothing about it.
struct Reached {
  std::int64_t turns = 0, starts = 0, slots = 0;
  std::int64_t crash_before_commit = 0, crash_after_commit = 0, crash_before_start = 0, crash_in_recovery = 0;
  std::int64_t relaunched = 0, adopted = 0, finished_unseen = 0, lost = 0;
  std::int64_t commit_failed = 0, commit_unknown_kept = 0, commit_unknown_dropped = 0;
  std::int64_t overlaps = 0, coalesced = 0, clock_back = 0, suspended = 0, reloads = 0;

  void add(const Reached& other);
  static std::vector<std::pair<const char*, std::int64_t Reached::*>> names();
};

struct Verdicts {
  std::vector<std::string> violations;  // empty: every invariant held
  std::vector<std::string> trace;       // the last events, oldest first
  std::uint64_t hash = 0;               // of everything that happened
  Reached reached;
  Millis simulated{};
};

struct Plan {
  std::uint64_t seed = 0;
  Millis duration = std::chrono::hours{24 * 7};
  std::size_t jobs_max = 20;
  std::optional<Faults> faults;  // none: drawn from the seed
};

struct Process {
  AttemptId id;
  JobName job;
  WallTime started;
  BootTime ends;
  int exit_code = 0;
  bool minder_lives = true;
};

class World {
 public:
  explicit World(const Plan& plan);
  Verdicts run();

 private:
  // What may happen next, and when.
  enum class Event {
    wakeup,
    process_end,
    answer,
    restart,
    ledger_back,
    crash,
    reboot,
    minder_kill,
    clock_step,
    suspend,
    reload,
    request,
    ledger_trouble,
    end
  };
  struct Next {
    Event event = Event::end;
    BootTime at;
  };

  // ---- time and events
  Now now() const { return {.wall = wall_, .boot = boot_, .awake = awake_}; }
  Next next_event() const;
  void pass_to(BootTime at);
  void happen(Event event);
  void plan_fault(Event event);
  Millis mean(Event event) const;

  // ---- the daemon
  void start_daemon();
  void recover(const std::vector<Run>& open_runs);
  void kill_daemon(const char* where);
  bool dies_here(std::int64_t Reached::* counter, const char* where);
  void turn();
  bool carry_out();  // false: the daemon died
  void persist(const Batch& batch);
  bool launch(const StartOrder& order);
  void answer_store();
  void load_jobs();

  // ---- the machine
  void draw_jobs();
  void end_process(std::size_t index);
  void kill_minder();
  void reboot();
  void step_clock();
  void suspend();
  void request();

  // ---- what must hold
  void check_batch(const Batch& batch);
  void check_launch(const StartOrder& order);
  void check_closed(const Run& run);
  void check_overlap();
  void check_progress(bool did_something);
  void check_replay();
  void audit_all();
  void violated(const std::string& what);

  void say(const std::string& what);

  Plan plan_;
  Dice dice_;
  Faults faults_;
  bool faults_on_ = true;

  WallTime wall_;
  BootTime boot_{std::chrono::hours{1}};
  AwakeTime awake_{std::chrono::hours{1}};
  int boots_ = 1;
  BootTime end_;

  std::shared_ptr<const JobSet> set_;
  int revision_ = 0;
  std::map<std::string, std::set<JobName>> disabled_in_;  // by revision

  MemoryStore store_{7};
  struct OnItsWay {
    CommitAnswer answer;
    BootTime at;
  };
  std::optional<OnItsWay> on_its_way_;  // an answer of the store
  bool ledger_in_trouble_ = false;

  std::optional<Scheduler> scheduler_;
  bool is_owed_ = false;
  Actions actions_;
  std::optional<BootTime> restart_at_;
  std::optional<BootTime> ledger_back_at_;
  std::map<Event, BootTime> planned_;
  int idle_turns_ = 0;

  std::vector<Process> processes_;
  std::map<AttemptId, AttemptEnded> records_;  // exit records on disk
  std::set<AttemptId> executed_;
  std::set<std::pair<RunId, std::uint32_t>> executed_attempts_;
  std::map<RunId, int> true_exit_codes_;
  std::set<RunId> truly_lost_;
  std::set<JobName> was_manual_;                              // in some version of the file
  std::map<std::string, Schedule> schedules_by_normal_form_;  // every schedule that was ever drawn
  std::uint64_t requests_ = 0;

  Verdicts verdicts_;
};

Verdicts simulate(const Plan& plan);

}  // namespace belfry::sim
