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

void signal_child(pid_t child, int signal) {
  const pid_t group = getpgid(child);
  if (group > 1 && group != getpgrp()) kill(-group, signal);
  kill(child, signal);
}

}  // namespace

int signal_children(int signal) {
  DIR* const processes = opendir("/proc");
  if (processes == nullptr) return 0;
  const pid_t own = getpid();
  int children = 0;
  while (const struct dirent* entry = readdir(processes)) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    const auto pid = static_cast<pid_t>(parse_number(entry->d_name));
    if (read_process_facts(pid).parent != own) continue;
    ++children;
    signal_child(pid, signal);
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
