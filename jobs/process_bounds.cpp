#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include <base/file.h>
#include <base/text.h>
#include <jobs/process_bounds.h>

namespace belfry {

namespace {

// Of a line "CapEff:\t000001ffffffffff".
bool has_capability(const std::string& status, unsigned number) {
  constexpr std::string_view name = "CapEff:";
  for (const std::string_view line : split(status, '\n')) {
    if (!line.starts_with(name)) continue;
    const std::string digits(trim(line.substr(name.size())));
    return ((std::strtoull(digits.c_str(), nullptr, 16) >> number) & 1U) != 0;
  }
  return false;
}

void bound_nice(ProcessBounds& bounds, const std::string& status) {
  const int own = ::getpriority(PRIO_PROCESS, 0);
  if (::setpriority(PRIO_PROCESS, 0, own) != 0) {
    bounds.nice_min = bounds.nice_max = own;
    return;
  }
  if (has_capability(status, CAP_SYS_NICE)) return;
  constexpr int lowest_of_none = 20;
  rlimit limit{};
  ::getrlimit(RLIMIT_NICE, &limit);
  bounds.nice_min = std::min(own, lowest_of_none - static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 40)));
}

void bound_open_files(ProcessBounds& bounds, const std::string& status) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  bounds.open_files_max = limit.rlim_max;
  if (!has_capability(status, CAP_SYS_RESOURCE)) return;
  const auto of_kernel = read_file("/proc/sys/fs/nr_open");
  bounds.open_files_max = of_kernel ? parse_unsigned(trim(*of_kernel)).value_or(limit.rlim_max) : limit.rlim_max;
}

bool may_set_io_priority() {
  constexpr int of_process = 1;  // IOPRIO_WHO_PROCESS
  const long own = ::syscall(SYS_ioprio_get, of_process, 0);
  return own >= 0 && ::syscall(SYS_ioprio_set, of_process, 0, own) == 0;
}

// "none [mq-deadline] bfq"
std::string_view chosen(std::string_view schedulers) {
  const auto begin = schedulers.find('[');
  const auto end = schedulers.find(']');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return "";
  return schedulers.substr(begin + 1, end - begin - 1);
}

}  // namespace

ProcessBounds find_process_bounds() {
  ProcessBounds bounds;
  const std::string status = read_file("/proc/thread-self/status").value_or("");
  bound_nice(bounds, status);
  bound_open_files(bounds, status);
  bounds.may_set_io = may_set_io_priority();
  bounds.io = find_io_attention();
  return bounds;
}

IoAttention find_io_attention(const std::string& block_devices, const std::string& cost_model) {
  if (read_file(cost_model).value_or("").find("enable=1") != std::string::npos) return IoAttention::all;
  IoAttention best = IoAttention::none;
  std::error_code error;
  for (std::filesystem::directory_iterator disk(block_devices, error), end; !error && disk != end;
       disk.increment(error)) {
    const std::string schedulers = read_file(disk->path().string() + "/queue/scheduler").value_or("");
    if (chosen(schedulers) == "bfq") return IoAttention::all;
    if (chosen(schedulers) == "mq-deadline") best = IoAttention::idle_only;
  }
  return best;
}

bool is_heeded(IoPriority word, IoAttention attention) {
  switch (attention) {
    case IoAttention::all:
      return true;
    case IoAttention::idle_only:
      return word == IoPriority::idle || word == IoPriority::normal;
    case IoAttention::none:
      return word == IoPriority::normal;
  }
  std::unreachable();
}

}  // namespace belfry
