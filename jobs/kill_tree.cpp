#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <set>
#include <system_error>

#include <base/text.h>
#include <jobs/kill_tree.h>

namespace belfry {
namespace {

using Processes = std::map<pid_t, ProcessFacts>;

Processes read_all_processes() {
  Processes all;
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
    const auto pid = parse_unsigned(entry->path().filename().native());
    if (!pid) continue;
    const std::optional<ProcessFacts> facts = read_process_facts(static_cast<pid_t>(*pid));
    if (facts && !facts->is_dead) all.emplace(static_cast<pid_t>(*pid), *facts);
  }
  return all;
}

// A number that names a group or a session stays taken while anybody is in it. So if there is a process with this pid
// now that is not the recorded one, then nobody of ours is in the group or session of that number any more.
bool is_taken_by_stranger(const Processes& all, const ProcessName& name) {
  const auto holder = all.find(name.pid);
  return holder != all.end() && holder->second.start != name.start;
}

class Tree {
 public:
  Tree(const Claim& claim, const Processes& all)
      : job_(claim.job),
        group_(is_taken_by_stranger(all, claim.job) ? 0 : claim.job.pid),
        session_(is_taken_by_stranger(all, claim.minder) ? 0 : claim.minder.pid) {}

  // Whether a process belongs here by itself, not by its parents.
  bool is_root(pid_t pid, const ProcessFacts& facts) const {
    if (facts.start < job_.start || pid == ::getpid()) return false;
    return (pid == job_.pid && facts.start == job_.start) || (group_ > 1 && facts.group == group_) ||
           (session_ > 1 && facts.session == session_);
  }

 private:
  ProcessName job_;
  pid_t group_;
  pid_t session_;
};

std::set<pid_t> members(const Claim& claim, const Processes& all) {
  const Tree tree(claim, all);
  std::set<pid_t> found;
  for (const auto& [pid, facts] : all) {
    if (tree.is_root(pid, facts)) found.insert(pid);
  }
  for (bool grew = !found.empty(); grew;) {
    grew = false;
    for (const auto& [pid, facts] : all) {
      if (found.contains(facts.parent)) grew |= found.insert(pid).second;
    }
  }
  return found;
}

}  // namespace

bool kill_recorded_tree(const Claim& claim, std::chrono::milliseconds limit) {
  constexpr std::chrono::milliseconds pause{10};
  if (claim.job.pid == 0) return true;
  for (std::chrono::milliseconds waited{0};; waited += pause) {
    const Processes all = read_all_processes();
    std::vector<Fd> killed;
    for (const pid_t pid : members(claim, all)) {
      auto process = hold_process({.pid = pid, .start = all.at(pid).start});
      if (!process) continue;
      signal_process(*process, SIGKILL);
      killed.push_back(std::move(*process));
    }
    if (killed.empty()) return true;
    if (waited >= limit) return false;
    for (const Fd& process : killed) (void)wait_for_end(process, pause);
  }
}

}  // namespace belfry
