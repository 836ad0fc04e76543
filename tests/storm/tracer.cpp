#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <doctest/doctest.h>

#include <tests/storm/tracer.h>

namespace belfry::storm {
namespace {

// A stop on the way into a system call, or out of it, is told from a SIGTRAP by this bit (PTRACE_O_TRACESYSGOOD).
constexpr int call_stop = SIGTRAP | 0x80;

[[noreturn]] void exec_traced(std::vector<char*>& argv, const std::string& log) {
  const int fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::dup2(fd, 1);
  ::dup2(fd, 2);
  ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

void go_on(pid_t tracee, int signal) {
  ::ptrace(PTRACE_SYSCALL, tracee, nullptr, reinterpret_cast<void*>(static_cast<std::intptr_t>(signal)));
}

// The call that the tracee enters; none: it leaves one.
std::optional<Call> call_entered(pid_t tracee) {
  __ptrace_syscall_info info{};
  const auto size = reinterpret_cast<void*>(sizeof info);
  if (::ptrace(PTRACE_GET_SYSCALL_INFO, tracee, size, &info) <= 0 || info.op != PTRACE_SYSCALL_INFO_ENTRY) {
    return std::nullopt;
  }
  Call call{.number = static_cast<long>(info.entry.nr)};
  std::copy(std::begin(info.entry.args), std::end(info.entry.args), std::begin(call.arguments));
  return call;
}

}  // namespace

bool Tracer::is_allowed() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0 ? 0 : 1);
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool Tracer::kill_daemon(const Program& daemon, std::uint64_t nth) {
  start(daemon, PTRACE_O_TRACECLONE);
  daemon_kill_at_ = nth;
  while (turn()) {
  }
  return daemon_calls_ >= nth;
}

// It is never idle for longer than its jobs are apart, so the windows begin and end as they should.
int Tracer::fail_calls(const Program& daemon, const Fault& fault, const Window& window) {
  using Clock = std::chrono::steady_clock;
  start(daemon, PTRACE_O_TRACECLONE);
  auto looks_next = Clock::now();
  std::optional<Clock::time_point> opened;
  while (!daemon_is_over_ && turn()) {
    const auto now = Clock::now();
    if (!opened && now >= looks_next) {
      looks_next = now + std::chrono::milliseconds{10};
      if (window.opens()) opened = now;
    }
    if (!opened) continue;
    const auto age = now - *opened;
    fault_ = age >= window.begin && age < window.end ? &fault : nullptr;
    if (age >= window.life) break;
  }
  const bool had_ended = daemon_is_over_;
  fault_ = nullptr;
  if (!had_ended) ::kill(daemon_, SIGKILL);
  while (turn()) {
  }
  return had_ended ? -1 : failed_calls_;
}

Tracer::Killed Tracer::kill_minders(const Program& daemon, const Minders& minders) {
  start(daemon, PTRACE_O_TRACECLONE | PTRACE_O_TRACEVFORK);
  minders_ = minders;
  next_minder_call_ = minders.calls_first;
  while (killed_.minders + killed_.survivors < minders.kills && !daemon_is_over_ && turn()) {
  }
  minders_.kills = 0;
  ::kill(daemon_, SIGKILL);
  while (turn()) {
  }
  return killed_;
}

void Tracer::start(const Program& program, unsigned follow) {
  *this = Tracer();
  std::vector<char*> argv;
  for (const std::string& argument : program.argv) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  daemon_ = ::fork();
  REQUIRE(daemon_ >= 0);
  if (daemon_ == 0) exec_traced(argv, program.log);
  int status = 0;
  REQUIRE(::waitpid(daemon_, &status, 0) == daemon_);  // at its exec
  REQUIRE(WIFSTOPPED(status));
  const auto options = static_cast<std::uintptr_t>(PTRACE_O_TRACESYSGOOD | follow);
  REQUIRE(::ptrace(PTRACE_SETOPTIONS, daemon_, nullptr, reinterpret_cast<void*>(options)) == 0);
  tracees_[daemon_] = {};
  go_on(daemon_, 0);
}

bool Tracer::turn() {
  int status = 0;
  const pid_t tracee = ::waitpid(-1, &status, __WALL);
  if (tracee < 0) return false;
  if (WIFSTOPPED(status)) {
    take_stop(tracee, status);
    return true;
  }
  if (tracee == daemon_) daemon_is_over_ = true;
  const auto over = tracees_.extract(tracee);
  if (!over.empty() && over.mapped().kind == Kind::minder && over.mapped().kill_at > over.mapped().calls) {
    ++killed_.survivors;
  }
  return true;
}

void Tracer::take_stop(pid_t tracee, int status) {
  const int signal = WSTOPSIG(status);
  if (signal == call_stop) {
    if (const auto call = call_entered(tracee)) {
      enter_call(tracee, *call);
    } else {
      leave_call(tracee);
    }
    return go_on(tracee, 0);
  }
  if (status >> 16 == PTRACE_EVENT_CLONE || status >> 16 == PTRACE_EVENT_VFORK) {
    unsigned long born = 0;
    ::ptrace(PTRACE_GETEVENTMSG, tracee, nullptr, &born);
    const Kind kind = status >> 16 == PTRACE_EVENT_VFORK ? child_of(tracees_[tracee].kind) : tracees_[tracee].kind;
    tracees_[static_cast<pid_t>(born)].kind = kind;
    if (kind == Kind::minder) take_new(static_cast<pid_t>(born));
    return go_on(tracee, 0);
  }
  // A new tracee begins with a SIGSTOP and an exec with a SIGTRAP, both of ptrace's own making.
  go_on(tracee, signal == SIGSTOP || signal == SIGTRAP ? 0 : signal);
}

// A minder lends its memory to the job's process, as the daemon does to a minder's.
Tracer::Kind Tracer::child_of(Kind kind) { return kind == Kind::daemon ? Kind::minder : Kind::job; }

void Tracer::take_new(pid_t minder) {
  if (minders_.kills == 0) return;
  tracees_[minder].kill_at = next_minder_call_;
  next_minder_call_ = next_minder_call_ < minders_.calls_last ? next_minder_call_ + 1 : minders_.calls_first;
}

void Tracer::enter_call(pid_t id, const Call& call) {
  Tracee& tracee = tracees_[id];
  if (tracee.kind == Kind::daemon) {
    if (fault_ != nullptr && is_hit(id, call, *fault_)) {
      skip_call(id);
      tracee.fails = true;
      tracee.error = fault_->error;
      ++failed_calls_;
    }
    if (++daemon_calls_ == daemon_kill_at_) ::kill(daemon_, SIGKILL);
    return;
  }
  if (tracee.kind == Kind::job || ++tracee.calls != tracee.kill_at) return;
  ::kill(id, SIGKILL);
  ++killed_.minders;
}

void Tracer::leave_call(pid_t id) {
  Tracee& tracee = tracees_[id];
  if (std::exchange(tracee.fails, false)) give_error(id, tracee.error);
}

}  // namespace belfry::storm
