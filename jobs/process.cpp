#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include <base/file.h>
#include <base/text.h>
#include <jobs/process.h>

namespace belfry {
namespace {

std::uint64_t number(std::string_view text) { return parse_unsigned(text).value_or(0); }

}  // namespace

std::optional<ProcessFacts> read_process_facts(pid_t pid) {
  const Result<std::string> stat = read_file("/proc/" + std::to_string(pid) + "/stat", {.size_max = 4096});
  if (!stat) return std::nullopt;
  const std::size_t name_end = stat->rfind(')');  // field 2 is a name, which may contain anything
  if (name_end == std::string::npos) return std::nullopt;
  const std::vector<std::string_view> fields = split(trim(std::string_view(*stat).substr(name_end + 1)), ' ');
  constexpr std::size_t first = 3;  // the number of fields[0]
  if (fields.size() <= 22 - first) return std::nullopt;
  return ProcessFacts{.parent = static_cast<pid_t>(number(fields[4 - first])),
                      .session = static_cast<pid_t>(number(fields[6 - first])),
                      .start = number(fields[22 - first]),
                      .is_dead = fields[0] == "Z" || fields[0] == "X"};
}

std::optional<Fd> hold_process(const ProcessName& name) {
  if (name.pid <= 0) return std::nullopt;
  Fd process{static_cast<int>(::syscall(SYS_pidfd_open, name.pid, 0))};
  if (!process) return std::nullopt;
  const std::optional<ProcessFacts> facts = read_process_facts(name.pid);
  if (!facts || facts->start != name.start) return std::nullopt;
  return process;
}

void signal_process(const Fd& process, int signal) {
  ::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0);
}

std::optional<ProcessEnd> reap_child(const Fd& process) {
  siginfo_t info{};
  const int error =
      ::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(process.get()), &info, WEXITED | WNOHANG);
  if (error != 0 || info.si_pid == 0) return std::nullopt;
  return ProcessEnd{.how = info.si_code == CLD_EXITED ? ProcessEnd::How::exited : ProcessEnd::How::signalled,
                    .code = info.si_status};
}

bool wait_for_end(const Fd& process, std::chrono::milliseconds limit) {
  pollfd ready{.fd = process.get(), .events = POLLIN, .revents = 0};
  return ::poll(&ready, 1, static_cast<int>(limit.count())) == 1;
}

}  // namespace belfry
