#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include <base/file.h>
#include <base/text.h>
#include <base/try.h>
#include <daemon/state_dir.h>

namespace belfry {

namespace {

struct Holder {
  std::string pid;      // empty: it is not known
  std::string command;  // empty: the process is gone
};

Holder holder_of(const Fd& lock) {
  std::array<char, 32> buffer{};
  const ssize_t n = ::pread(lock.get(), buffer.data(), buffer.size(), 0);
  const std::string pid(trim({buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0))}));
  if (!parse_unsigned(pid)) return {};
  std::string command = read_file("/proc/" + pid + "/cmdline").value_or("");
  std::replace(command.begin(), command.end(), '\0', ' ');
  return {.pid = pid, .command = std::string(trim(command))};
}

// "pid 4711: belfry daemon -c schedules.yaml", as far as it can be known.
std::string describe(const Holder& holder) {
  if (holder.pid.empty()) return "another process";
  return "pid " + holder.pid + (holder.command.empty() ? "" : ": " + holder.command);
}

// A child that a killed daemon had just forked keeps the lock until it executes something else: a moment.
Result<void> take_lock(const Fd& lock, const std::string& path, const std::string& lock_path) {
  constexpr int tries = 100;
  constexpr int pause_ms = 20;
  for (int i = 0;; ++i) {
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return {};
    if (errno != EWOULDBLOCK) return std::unexpected(system_error("flock", lock_path));
    const Holder holder = holder_of(lock);
    const bool is_gone = !holder.pid.empty() && holder.command.empty();
    if (!is_gone || i == tries) {
      return std::unexpected(Error{.kind = ErrorKind::busy,
                                   .what = "the state directory " + path + " is held by another daemon (" +
                                           describe(holder) + "); stop it, or give this one its own --state"});
    }
    ::poll(nullptr, 0, pause_ms);
  }
}

// None of a lock that was just made.
std::optional<timespec> time_of(const Fd& lock) {
  struct stat info{};
  return ::fstat(lock.get(), &info) == 0 && info.st_size > 0 ? std::optional(info.st_mtim) : std::nullopt;
}

// The lock keeps its time: a start that comes to nothing is no sign of a daemon that was at work.
Result<void> write_pid(const Fd& lock, const std::string& lock_path, const std::optional<timespec>& time) {
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock.get(), 0) != 0 || ::pwrite(lock.get(), pid.data(), pid.size(), 0) < 0) {
    return std::unexpected(system_error("write", lock_path));
  }
  if (!time) return {};
  const std::array times{*time, *time};
  if (::futimens(lock.get(), times.data()) != 0) return std::unexpected(system_error("futimens", lock_path));
  return {};
}

Error with_cure(Error error, const std::string& path) {
  error.what = "the state directory " + path + " cannot be used: " + error.what +
               "; name one with --state DIR that this user may write";
  return error;
}

}  // namespace

Result<StateDir> StateDir::open(const std::string& path) {
  if (auto made = make_directories(path); !made) return std::unexpected(with_cure(std::move(made).error(), path));
  const std::string lock_path = path + "/lock";
  Fd lock{::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644)};
  if (!lock) return std::unexpected(with_cure(system_error("open", lock_path), path));
  TRY(take_lock(lock, path, lock_path));
  const std::optional<timespec> time = time_of(lock);
  TRY(write_pid(lock, lock_path, time));
  std::error_code error;
  std::string absolute = std::filesystem::absolute(path, error).lexically_normal().string();
  if (error) return std::unexpected(system_error("getcwd", path, error.value()));
  const auto earlier_sign = time ? std::optional(WallTime{std::chrono::seconds{time->tv_sec}}) : std::nullopt;
  StateDir state(std::move(absolute), std::move(lock), earlier_sign);
  TRY(make_directories(state.runs_path()));
  // Whatever the umask: a job that runs as somebody else finds its own directory in there, and nobody sees which others
  // there are.
  if (::chmod(state.runs_path().c_str(), 0711) != 0) {
    return std::unexpected(system_error("chmod", state.runs_path()));
  }
  return state;
}

// Nothing depends on it.
void StateDir::give_sign() const { (void)::futimens(lock_.get(), nullptr); }

}  // namespace belfry
