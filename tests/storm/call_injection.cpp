#include <fcntl.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>

#include <tests/storm/call_injection.h>

namespace belfry::storm {
namespace {

// Which argument names the file.
enum class Named { by_descriptor, by_path_first, by_path_second, by_nothing };

Named naming_of(long call) {
  switch (call) {
    case SYS_write:
    case SYS_pwrite64:
    case SYS_pwritev:
    case SYS_fsync:
    case SYS_fdatasync:
    case SYS_ftruncate:
    case SYS_fallocate:
    case SYS_read:
    case SYS_pread64:
      return Named::by_descriptor;
    case SYS_mkdir:
    case SYS_open:
      return Named::by_path_first;
    case SYS_openat:
    case SYS_mkdirat:
      return Named::by_path_second;
    default:
      return Named::by_nothing;
  }
}

std::string path_at(pid_t tracee, std::uint64_t address) {
  std::array<char, 4096> text{};
  const iovec here{.iov_base = text.data(), .iov_len = text.size() - 1};
  const iovec there{.iov_base = reinterpret_cast<void*>(address), .iov_len = text.size() - 1};
  // A name that ends just before an unmapped page is read up to there.
  if (::process_vm_readv(tracee, &here, 1, &there, 1, 0) < 0) return "";
  return text.data();
}

std::string file_of(pid_t tracee, const Call& call) {
  switch (naming_of(call.number)) {
    case Named::by_descriptor: {
      std::error_code error;
      return std::filesystem::read_symlink(
                 "/proc/" + std::to_string(tracee) + "/fd/" + std::to_string(call.arguments[0]), error)
          .string();
    }
    case Named::by_path_first:
      return path_at(tracee, call.arguments[0]);
    case Named::by_path_second:
      return path_at(tracee, call.arguments[1]);
    case Named::by_nothing:
      break;
  }
  return "";
}

}  // namespace

// A clone that makes a thread and no process is never hit: no thread of the daemon is made after its start.
bool is_hit(pid_t tracee, const Call& call, const Fault& fault) {
  if (std::ranges::find(fault.calls, call.number) == fault.calls.end()) return false;
  if (call.number == SYS_clone) return (call.arguments[0] & CLONE_VFORK) != 0;
  return fault.file.empty() || file_of(tracee, call).find(fault.file) != std::string::npos;
}

#ifdef __x86_64__
void skip_call(pid_t tracee) { ::ptrace(PTRACE_POKEUSER, tracee, offsetof(user_regs_struct, orig_rax), -1L); }

void give_error(pid_t tracee, int error) {
  ::ptrace(PTRACE_POKEUSER, tracee, offsetof(user_regs_struct, rax), -static_cast<long>(error));
}
#else
void skip_call(pid_t) {}
void give_error(pid_t, int) {}
#endif

}  // namespace belfry::storm
