#include <signal.h>

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

// The number of a session stays taken while anybody is in it. So if there is a process with the minder's pid now that
// is not the minder, then nobody of ours is in the session of that number any more.
bool is_session_ours(const Processes& all, const ProcessName& minder) {
  const auto holder = all.find(minder.pid);
  return holder == all.end() || holder->second.start == minder.start;
}

std::set<pid_t> members(const Claim& claim, const Processes& all) {
  const bool session_is_ours = is_session_ours(all, claim.minder);
  std::set<pid_t> found;
  for (const auto& [pid, facts] : all) {
    const bool is_job = pid == claim.job.pid && facts.start == claim.job.start;
    const bool is_of_session = session_is_ours && facts.session == claim.minder.pid && facts.start >= claim.job.start;
    if (is_job || is_of_session) found.insert(pid);
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
