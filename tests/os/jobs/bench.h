// A workbench for the tests of real processes: a runs directory of its own, a launcher on it, and what it reports.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <belfry/clock.h>
#include <belfry/launcher.h>

#include <jobs/launcher.h>
#include <jobs/records.h>
#include <tests/support/reports.h>
#include <tests/support/temp_dir.h>

namespace belfry::tests {

// How long a test waits for what must happen. Long, because the machine may be busy; no test that passes waits so long.
constexpr Millis patience{120'000};

// Looks again and again until `happened` is true; false when patience is at its end.
bool eventually(const std::function<bool()>& happened);

class FixedClock final : public Clock {
 public:
  Now read() override { return now; }
  Now now;
};

inline const WallTime noon =
    WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + std::chrono::hours{12}};

// Follows what a launcher reports, for the workbenches.
class Follower {
 public:
  const Outcome& follow_to_start(const AttemptId& id);
  const Outcome& follow_to_end(const AttemptId& id);
  const Outcome& outcome(const AttemptId& id) { return reports_.of(id); }

  // Handles what comes until `happened` is true.
  bool follow(const std::function<bool()>& happened) { return follow_for(patience, happened); }
  bool follow_for(Millis limit, const std::function<bool()>& happened);

 protected:
  ~Follower() = default;
  virtual int launcher_fd() const = 0;
  virtual void dispatch() = 0;

  Reports reports_;
};

class Bench : public Follower {
 public:
  Bench();
  ~Bench();

  const std::string& runs() const { return runs_; }
  std::string scratch(const std::string& name) const { return directory_ / name; }
  const BootId& boot() const { return boot_; }
  CommandLauncher& launcher() { return *launcher_; }
  FixedClock& clock() { return clock_; }

  // As a daemon that is killed and one that starts after it.
  void destroy_launcher();
  void create_launcher(const std::string& minder = BELFRY_MINDER, CgroupHome cgroups = CgroupHome::none("a test"));

  StartOrder order(Action action, ProcessSettings process = {});
  StartOrder script(const std::string& text, ProcessSettings process = {}) {
    return order(Script{.text = text}, std::move(process));
  }

  // Starts, and follows it to the first report, or to the end.
  const Outcome& start(const StartOrder& order);
  const Outcome& run(const StartOrder& order);
  const Outcome& run_script(const std::string& text) { return run(script(text)); }
  // As after a restart of the daemon: what was reported before is forgotten, what is asked for is the ledger's open
  // run.
  void recover(const std::vector<Run>& open_runs) { launcher_->recover(open_runs); }
  // The same as a daemon that has heard of nothing yet.
  const Outcome& recover(const Run& run);

  // The launchers made from now on take this for the machine's journal.
  void listen_as_journal(const std::string& socket) { journal_ = socket; }

  std::string directory(const AttemptId& id) const { return runs() + "/" + run_directory_name(id); }
  std::string output(const AttemptId& id) const;
  bool has_file(const AttemptId& id, const std::string& name) const;
  Claim claim(const AttemptId& id) const;

 private:
  int launcher_fd() const override { return launcher_->fd(); }
  void dispatch() override { launcher_->dispatch(); }

  TempDir directory_;
  std::string runs_ = directory_ / "runs";
  BootId boot_;
  FixedClock clock_;
  std::uint64_t sequence_ = 0;
  std::string journal_ = Journal::usual_socket;
  std::unique_ptr<CommandLauncher> launcher_;
};

bool is_alive(pid_t pid);

// A process that has nothing to do with any job, in a session of its own; killed at the end.
class Stranger {
 public:
  explicit Stranger(const std::string& script = "exec sleep 60");
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;
  ~Stranger();
  pid_t pid() const { return pid_; }
  ProcessName name() const;

 private:
  pid_t pid_ = 0;
};

// The pid that a job wrote into this file.
pid_t read_pid(const std::string& path);

}  // namespace belfry::tests
