// A daemon that is killed and started again, and jobs that put down what happens to them.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include <belfry/record.h>

#include <tests/storm/jobs.h>
#include <tests/storm/tracer.h>
#include <tests/support/temp_dir.h>

namespace belfry::storm {

// BELFRY_LONG=1 asks for the long form of a storm.
bool is_long();

// What a job wrote when it executed: one line per execution.
struct Mark {
  std::string job;
  std::string run;
  std::uint32_t attempt = 0;
};

class Site {
 public:
  struct Options {
    std::vector<StormJob> jobs;
    std::string daemon;  // more of its settings
    std::string plugin;
  };
  explicit Site(Options options);
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;
  ~Site();

  // Returns at once: it may be killed at any instruction from here on.
  void start_daemon();
  void kill_daemon();
  void wait_until_it_answers() const;
  void stop_daemon();                      // by SIGTERM; it must end well
  Tracer::Program daemon_program() const;  // for whoever wants to start it otherwise

  // Ends the schedules, lets a daemon live until nothing is open any more, and stops it. False: something stays open.
  bool settle(std::chrono::seconds limit);

  const std::vector<StormJob>& jobs() const { return jobs_; }
  std::vector<Run> runs() const;       // oldest first
  std::vector<Run> executing() const;  // of these, as far as the ledger knows
  std::vector<SlotsDecided> slots() const;
  std::vector<Mark> marks() const;
  std::string runs_path() const { return directory_ / "state/runs"; }
  std::string daemon_log() const;

 private:
  std::string ledger() const { return directory_ / "state/ledger.db"; }
  std::size_t open_runs() const;

  std::vector<StormJob> jobs_;
  tests::TempDir directory_;
  pid_t daemon_ = 0;
};

}  // namespace belfry::storm
