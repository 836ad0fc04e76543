// One installation of Belfry in a temporary directory: its file, its state, its daemon, its command line.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace belfry::e2e {

struct Finished {
  int exit_code = -1;  // 128 + n for signal n
  std::string out;
  std::string err;
};

// How long a test waits for what must happen. Long, because the machine may be busy; no test that passes waits so long.
constexpr int patience_seconds = 120;

// Runs a program to its end. Fails the test after `deadline_seconds`.
Finished run_program(const std::vector<std::string>& argv, int deadline_seconds = patience_seconds);

// Waits for a condition; false when it has not come true in time.
bool eventually(const std::function<bool()>& condition, int deadline_seconds = patience_seconds);

class Installation {
 public:
  explicit Installation(const std::string& schedules);
  Installation(const Installation&) = delete;
  Installation& operator=(const Installation&) = delete;
  ~Installation();  // stops the daemon and every process of its jobs, removes the directory

  std::string path(const std::string& name) const { return directory_ + "/" + name; }
  std::string socket() const { return "unix:" + path("belfry.sock"); }

  void write_schedules(const std::string& text) const;  // renamed into place
  void speak_crontab() { file_option_ = "--crontab"; }  // from now on the file is a crontab
  // Returns when it answers. `through`: the beginning of a command that executes the daemon, `sh -c '...; exec "$@"'
  // sh`.
  void start_daemon(std::vector<std::string> through = {});
  void stop_daemon(int signal);  // returns when it is gone
  std::string daemon_log() const;

  // Runs `belfry ARGS... --host unix:...`.
  Finished belfry(std::vector<std::string> args) const;
  nlohmann::json belfry_json(std::vector<std::string> args) const;  // with --json; fails the test unless it exits 0

  // The newest run of the job, once it is closed.
  nlohmann::json wait_for_closed_run(const std::string& job) const;

  std::vector<std::string> daemon_command() const;
  pid_t daemon() const { return daemon_; }

 private:
  std::string directory_;
  std::string file_option_ = "-c";
  pid_t daemon_ = -1;
};

}  // namespace belfry::e2e
