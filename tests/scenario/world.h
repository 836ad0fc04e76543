// A small world around the core: clocks that are set by hand, processes that take as long as the story says, a ledger
// that can be out of order, a daemon that can die. What happens is written down line by line.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <belfry/scheduler.h>

#include <store/memory_store.h>

namespace belfry::story {

class World {
 public:
  explicit World(WallTime now);

  // The file.
  void define(Job job);
  void remove(const JobName& name);
  Job& job(const JobName& name);  // as the file has it; a change counts after start() or reload()
  void define_queue(const QueueDefinition& queue);
  void set_limits(const DaemonLimits& limits) { limits_ = limits; }
  // The exit codes of its processes in turn; the last one stays.
  void process_takes(const JobName& name, Millis duration, std::vector<int> exit_codes);

  // The daemon.
  void start();   // on what the ledger holds
  void crash();   // processes go on
  void reboot();  // processes are gone, and so is the daemon
  void reload();
  void request(Input input);  // one that is answered
  RequestId next_request() { return RequestId{++requests_}; }
  const Run& run(int number) const { return runs_.at(number); }  // as the trace numbers them, when it was told last
  void lose_last_start();  // the daemon dies after a commit and before the start it allows

  // The ledger.
  void set_ledger(Verdict verdict) { ledger_ = verdict; }

  // Time.
  void go(Millis duration);        // turn by turn
  void sleep(Millis duration);     // nobody turns: a suspend, or a machine that is stopped
  void step_clock(Millis offset);  // somebody sets the clock
  void end_process(const JobName& name, int exit_code);

  void show();

  const std::vector<std::string>& trace() const { return trace_; }

 private:
  struct Process {
    AttemptId id;
    JobName job;
    WallTime started;
    std::optional<BootTime> ends;
    int exit_code = 0;
    Reason reason = Reason::none;  // of its end, if that is not its own doing
  };
  struct Habit {
    Millis takes{};
    std::vector<int> exit_codes;
  };

  Now now() const;
  void load();
  void turn();
  void carry_out(const Actions& actions);
  void launch(const StartOrder& order);
  void stop(const StopOrder& order);
  void end(std::size_t index, int exit_code);
  AttemptEnded end_of(const Process& process) const;
  void tell_answer(const Answer& answer);
  void pass(Millis duration);
  void say(const std::string& what);
  std::string short_id(const RunId& id);
  std::string short_id(const Run& run);
  void tell(const Notice& notice);

  WallTime wall_;
  BootTime boot_{};
  AwakeTime awake_{};
  BootId boot_id_{"boot-1"};
  int boots_ = 1;
  std::vector<Job> jobs_;
  std::vector<QueueDefinition> queues_;
  DaemonLimits limits_;
  std::map<std::string, Schedule> schedules_;  // of every definition there was, by normal form
  std::map<JobName, Habit> habits_;
  std::vector<Process> processes_;
  std::map<AttemptId, Process> records_;  // exit records that no daemon has seen yet
  MemoryStore store_{42};
  Verdict ledger_ = Verdict::ok;
  bool losing_starts_ = false;
  std::unique_ptr<Scheduler> scheduler_;
  bool pending_ = false;  // an input came after the last advance
  Actions actions_;
  std::map<RunId, int> short_ids_;
  std::map<int, Run> runs_;
  std::uint64_t requests_ = 0;
  std::vector<std::string> trace_;
};

}  // namespace belfry::story
