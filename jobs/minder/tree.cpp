#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jobs/minder/fields.h>
#include <jobs/minder/process_facts.h>
#include <jobs/minder/tree.h>

namespace belfry::minder {
namespace {

// Pids, each once. As many as one stop can know of; what is beyond is killed in a later pass.
template <size_t max>
class Pids {
 public:
  bool contains(pid_t pid) const {
    for (size_t i = 0; i < count_; ++i) {
      if (pids_[i] == pid) return true;
    }
    return false;
  }
  bool add(pid_t pid) {
    if (count_ == max || contains(pid)) return false;
    pids_[count_++] = pid;
    return true;
  }
  void clear() { count_ = 0; }
  size_t count() const { return count_; }
  pid_t operator[](size_t i) const { return pids_[i]; }

 private:
  pid_t pids_[max] = {};
  size_t count_ = 0;
};

// The minder first, then what is under it.
Pids<2048> family;

// The groups that have had the signal in one pass: many programs take a second SIGTERM for impatience.
using Groups = Pids<64>;

// Calls `visit(pid, parent)` for every process there is.
template <class Visit>
void for_each_process(Visit visit) {
  DIR* const processes = opendir("/proc");
  if (processes == nullptr) return;
  while (const struct dirent* entry = readdir(processes)) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    const auto pid = static_cast<pid_t>(parse_number(entry->d_name));
    visit(pid, read_process_facts(pid).parent);
  }
  closedir(processes);
}

// One pass over /proc mostly finds all: children stand behind their parents there, until pids come round.
void find_family() {
  family.clear();
  family.add(getpid());
  for (bool grew = true; grew;) {
    grew = false;
    for_each_process([&](pid_t pid, pid_t parent) { grew |= family.contains(parent) && family.add(pid); });
  }
}

// A child that is not yet waited for keeps its pid and its group's number from being given to a stranger.
void signal_child(pid_t child, int signal, Groups& done) {
  const pid_t group = getpgid(child);
  if (group <= 1 || group == getpgrp()) {
    kill(child, signal);
  } else if (done.add(group)) {
    kill(-group, signal);
  }
}

// Others may be gone at any moment, and a stranger may have their pid. So each is held first, and then looked at again
// (F24).
void signal_deeper(pid_t pid, int signal) {
  const int process = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (process < 0) return;
  if (family.contains(read_process_facts(pid).parent)) syscall(SYS_pidfd_send_signal, process, signal, nullptr, 0);
  close(process);
}

}  // namespace

int count_children() {
  int children = 0;
  for_each_process([&, own = getpid()](pid_t, pid_t parent) { children += parent == own; });
  return children;
}

void signal_descendants(int signal) {
  Groups done;
  find_family();
  const pid_t own = family[0];
  for (size_t i = 1; i < family.count(); ++i) {
    if (read_process_facts(family[i]).parent == own) signal_child(family[i], signal, done);
  }
  for (size_t i = 1; i < family.count(); ++i) {
    if (!done.contains(getpgid(family[i]))) signal_deeper(family[i], signal);
  }
}

Ended reap_one() {
  Ended ended;
  const pid_t pid = wait4(-1, &ended.status, WNOHANG, &ended.usage);
  if (pid > 0) ended.pid = pid;
  if (pid < 0 && errno == ECHILD) ended.any_left = false;
  return ended;
}

}  // namespace belfry::minder
