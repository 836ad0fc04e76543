#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>

#include <jobs/spawn.h>

namespace belfry {
namespace {

struct Order {
  int minder = -1;
  int secrets = -1;                   // -1: there are none
  int line = -1;                      // the same
  std::array<const char*, 8> argv{};  // ends with a null
  std::array<const char*, 1> environment{};
  bool has_own_table = false;  // of descriptors, from the start
  int exec_error = 0;          // written by the child: it runs in this very memory until its exec
};

// In the child, on a stack of its own, in the parent's memory. Nothing here may allocate, lock or return.
[[gnu::no_sanitize("address", "thread", "undefined")]] int exec_minder(void* argument) {
  auto* const order = static_cast<Order*>(argument);
  if (!order->has_own_table) {
    ::syscall(SYS_close_range, static_cast<unsigned>(order->minder) + 1U, ~0U, CLOSE_RANGE_UNSHARE);
  }
  if (order->secrets >= 0) ::syscall(SYS_fcntl, order->secrets, F_SETFD, 0);
  if (order->line >= 0) ::syscall(SYS_fcntl, order->line, F_SETFD, 0);
  ::syscall(SYS_execveat, order->minder, "", order->argv.data(), order->environment.data(), AT_EMPTY_PATH);
  order->exec_error = errno;
  ::_exit(127);
}

// No signal may run a handler of the daemon in the child, where it would see and change the daemon's memory. By the
// system call, because libc leaves out the signals that it uses itself.
class SignalsBlocked {
 public:
  SignalsBlocked() { set(~std::uint64_t{0}, &before_); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { set(before_, nullptr); }

 private:
  static void set(std::uint64_t mask, std::uint64_t* before) {
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, before, sizeof mask);
  }

  std::uint64_t before_ = 0;
};

// A daemon with thousands of runs has a descriptor of each, and a child that begins with a copy of that table has to
// close them all in its exec: half of what its start costs. So it begins in the daemon's own table, and takes from it
// only what stands before the minder's program, which was opened early. Whoever is to hand on a descriptor behind it
// needs the copy: in the daemon's table nothing may change.
bool needs_copy_of_table(const Order& order) { return order.secrets >= 0 || order.line > order.minder; }

}  // namespace

Result<std::string> find_minder_program() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return std::unexpected(system_error("readlink", "/proc/self/exe", error.value()));
  const auto here = self.parent_path();
  const auto built = here / "belfry-minder";
  return (std::filesystem::exists(built, error) ? built : here.parent_path() / "libexec/belfry/belfry-minder").string();
}

Result<Fd> spawn_minder(const Fd& minder, const std::string& run_directory, const MinderExtras& extras) {
  const std::string secrets = std::to_string(extras.secrets);
  const std::string line = std::to_string(extras.line);
  Order order{.minder = minder.get(),
              .secrets = extras.secrets,
              .line = extras.line,
              .argv = {"belfry-minder", run_directory.c_str()}};
  order.has_own_table = needs_copy_of_table(order);
  std::size_t next = 2;
  const auto add = [&](const char* argument) { order.argv[next++] = argument; };
  if (extras.place == MinderExtras::Place::foreground) add("--foreground");
  if (extras.secrets >= 0) add("--secrets"), add(secrets.c_str());
  if (extras.line >= 0) add("--line"), add(line.c_str());
  alignas(16) std::array<std::byte, 16384> stack{};
  int pidfd = -1;
  const SignalsBlocked blocked;
  const int pid =
      ::clone(exec_minder, stack.data() + stack.size(),
              CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD | (order.has_own_table ? 0 : CLONE_FILES), &order, &pidfd);
  if (pid < 0) {
    Error error = system_error("clone", "belfry-minder");
    if (error.sys_errno == EAGAIN) error.what = std::string("clone belfry-minder: ") + no_process_left;
    return std::unexpected(std::move(error));
  }
  Fd process{pidfd};
  if (order.exec_error == 0) return process;
  ::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(pidfd), nullptr, WEXITED);
  return std::unexpected(system_error("exec", "belfry-minder", order.exec_error));
}

}  // namespace belfry
