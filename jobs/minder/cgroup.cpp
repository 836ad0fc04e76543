#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jobs/minder/cgroup.h>
#include <jobs/minder/fields.h>

namespace belfry::minder {
namespace {

// Reads what fits; the files read here are small. Empty if there is no such file.
template <size_t size>
void read_text(int directory, const char* file, char (&text)[size]) {
  text[0] = '\0';
  const int fd = openat(directory, file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  const ssize_t n = read(fd, text, size - 1);
  text[n > 0 ? n : 0] = '\0';
  close(fd);
}

}  // namespace

void Cgroup::open(const char* parent, const char* name, const CgroupLimits& limits) {
  if (parent != nullptr) parent_ = ::open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (parent_ >= 0 && mkdirat(parent_, name, 0755) == 0) {
    fd_ = openat(parent_, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    name_ = name;
  }
  apply(limits);
}

void Cgroup::apply(const CgroupLimits& limits) {
  unlimited_[0] = '\0';
  limit("memory.max", limits.memory_max, "memory");
  limit("cpu.max", limits.cpu_max, "cpu");
  limit("pids.max", limits.pids_max, "pids");
  // A kernel has one of the two weights, or none: the priority of each process is there in any case.
  if (limits.io_weight[0] == '\0' || !is_open()) return;
  write("io.weight", limits.io_weight);
  write("io.bfq.weight", limits.io_weight);
}

void Cgroup::limit(const char* file, const char* text, const char* name) {
  if (text[0] == '\0' || (is_open() && write(file, text))) return;
  if (unlimited_[0] != '\0') strcat(unlimited_, " ");
  strcat(unlimited_, name);
}

bool Cgroup::write(const char* file, const char* text) const {
  const int fd = openat(fd_, file, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const auto length = static_cast<ssize_t>(strlen(text));
  const bool is_written = ::write(fd, text, strlen(text)) == length;
  close(fd);
  return is_written;
}

bool Cgroup::enter() const { return !is_open() || write("cgroup.procs", "0"); }

void Cgroup::give_up(const CgroupLimits& limits) {
  if (!is_open()) return;
  remove();
  close(fd_);
  fd_ = -1;
  apply(limits);
}

bool Cgroup::kill() { return is_open() && write("cgroup.kill", "1"); }

unsigned long Cgroup::oom_kills() const {
  char text[256];
  if (!is_open()) return 0;
  read_text(fd_, "memory.events", text);
  const char* const line = strstr(text, "oom_kill ");
  return line == nullptr ? 0 : static_cast<unsigned long>(parse_number(line + strlen("oom_kill ")));
}

void Cgroup::remove() {
  if (is_open()) unlinkat(parent_, name_, AT_REMOVEDIR);
}

}  // namespace belfry::minder
