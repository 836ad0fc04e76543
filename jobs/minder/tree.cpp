#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jobs/minder/fields.h>
#include <jobs/minder/process_facts.h>
#include <jobs/minder/tree.h>

namespace belfry::minder {
namespace {

// The groups that have had the signal in one pass: many programs take a second SIGTERM for impatience.
class Groups {
 public:
  // False if the group was there before.
  bool add(pid_t group) {
    for (int i = 0; i < count_; ++i) {
      if (groups_[i] == group) return false;
    }
    if (count_ < max) groups_[count_++] = group;
    return true;
  }

 private:
  static constexpr int max = 64;
  pid_t groups_[max] = {};
  int count_ = 0;
};

void signal_child(pid_t child, int signal, Groups& done) {
  const pid_t group = getpgid(child);
  if (group <= 1 || group == getpgrp()) {
    kill(child, signal);
  } else if (done.add(group)) {
    kill(-group, signal);
  }
}

}  // namespace

int signal_children(int signal) {
  DIR* const processes = opendir("/proc");
  if (processes == nullptr) return 0;
  const pid_t own = getpid();
  Groups done;
  int children = 0;
  while (const struct dirent* entry = readdir(processes)) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    const auto pid = static_cast<pid_t>(parse_number(entry->d_name));
    if (read_process_facts(pid).parent != own) continue;
    ++children;
    signal_child(pid, signal, done);
  }
  closedir(processes);
  return children;
}

Ended reap_one() {
  Ended ended;
  const pid_t pid = wait4(-1, &ended.status, WNOHANG, &ended.usage);
  if (pid > 0) ended.pid = pid;
  if (pid < 0 && errno == ECHILD) ended.any_left = false;
  return ended;
}

}  // namespace belfry::minder
