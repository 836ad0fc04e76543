// A daemon under ptrace: it, or each minder that it starts, is killed as it enters its nth system call. So a path with
// n system calls can be cut at every one of them, not only where a random instant happens to fall. Or calls of its fail
// for a while, as on a full disk, a broken one, or a machine without room.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <tests/storm/call_injection.h>

namespace belfry::storm {

class Tracer {
 public:
  struct Program {
    std::vector<std::string> argv;
    std::string log;  // gets its standard output and errors
  };

  // Whether this machine allows it at all.
  static bool is_allowed();

  // Runs the daemon and kills it at its nth call, those of all its threads counted together; minders and jobs are not
  // traced and go on. False: it has ended by itself before that.
  bool kill_daemon(const Program& daemon, std::uint64_t nth);

  // A fault begins so long after it is first seen that the window opens, and ends; later the daemon is killed.
  struct Window {
    std::function<bool()> opens;
    std::chrono::milliseconds begin;
    std::chrono::milliseconds end;
    std::chrono::milliseconds life;
  };
  // Runs the daemon with a fault. How many calls have failed; -1: it has ended by itself.
  int fail_calls(const Program& daemon, const Fault& fault, const Window& window);

  struct Minders {
    std::uint64_t calls_first = 1;  // the first minder is killed at this call of its own, the next one at the call
    std::uint64_t calls_last = 1;   // after it, and so on to the last; then from the first on again
    int kills = 0;
  };
  struct Killed {
    int minders = 0;
    int survivors = 0;  // were at their end before their call came
  };

  // Runs the daemon until so many of its minders are killed, or have survived; then kills the daemon as well, and waits
  // until the minders that are left have ended.
  Killed kill_minders(const Program& daemon, const Minders& minders);

 private:
  enum class Kind { daemon, minder, job };
  struct Tracee {
    Kind kind = Kind::daemon;
    std::uint64_t calls = 0;
    std::uint64_t kill_at = 0;
    bool fails = false;  // it is in a call that was skipped,
    int error = 0;       // and gives this
  };

  void start(const Program& program, unsigned follow);
  // Waits for one stop or end of a tracee. None is left: false.
  bool turn();
  void take_stop(pid_t tracee, int status);
  void enter_call(pid_t tracee, const Call& call);
  void leave_call(pid_t tracee);
  static Kind child_of(Kind kind);
  void take_new(pid_t tracee);

  pid_t daemon_ = 0;
  std::uint64_t daemon_calls_ = 0;
  std::uint64_t daemon_kill_at_ = 0;  // 0: not to be killed
  bool daemon_is_over_ = false;
  const Fault* fault_ = nullptr;  // that is on
  int failed_calls_ = 0;
  Minders minders_;
  std::uint64_t next_minder_call_ = 1;
  Killed killed_;
  std::map<pid_t, Tracee> tracees_;
};

}  // namespace belfry::storm
