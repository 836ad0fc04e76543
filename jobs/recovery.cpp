#include <poll.h>

#include <optional>

#include <base/log.h>
#include <base/try.h>
#include <jobs/attempt_group.h>
#include <jobs/kill_tree.h>
#include <jobs/recovery.h>

namespace belfry {
namespace {

constexpr std::chrono::milliseconds kill_limit{2000};

// A job that has not executed yet shares its minder's lock for the instant until it closes it; a minder that is about
// to die holds it for the instant after its process is gone from view.
constexpr int tries = 100;
constexpr int pause_ms = 10;

// The minder, or nothing once it is known to be dead.
std::optional<Fd> find_minder(const std::string& directory, const ProcessName& minder) {
  Fd lock;
  for (int i = 0; i < tries; ++i) {
    const Result<LockState> state = try_lock(directory, lock);
    if (state && *state == LockState::obtained) return std::nullopt;
    if (std::optional<Fd> process = hold_process(minder)) return process;
    ::poll(nullptr, 0, pause_ms);
  }
  log::warning(directory + " is locked, but not by its minder, which is dead");
  return std::nullopt;
}

// What cannot be read now, for want of descriptors for example, can be in a moment, and everything depends on it.
std::optional<ExitRecord> exit_record_of(const std::string& directory) {
  Result<std::optional<ExitRecord>> record = look_for_exit_record(directory);
  for (int i = 0; !record && i < tries; ++i) {
    ::poll(nullptr, 0, pause_ms);
    record = look_for_exit_record(directory);
  }
  if (!record) log::error(record.error().what);
  return record.value_or(std::nullopt);
}

// The claim of whoever was first; none if that was this call.
Result<std::optional<Claim>> existing_claim(const LaunchFacts& launch) {
  if (TRY(claim_for_recovery(launch.directory, launch.boot))) return std::optional<Claim>{};
  return read_claim(launch.directory);
}

}  // namespace

Fate find_fate(const LaunchFacts& launch) {
  if (auto record = exit_record_of(launch.directory)) return Ended{*std::move(record)};
  if (launch.recorded_in != launch.boot) return Lost{Reason::reboot};
  const Result<std::optional<Claim>> claim = existing_claim(launch);
  if (!claim) {
    // Neither ours nor readable: whether it executes cannot be known.
    log::error(claim.error().what);
    return Lost{Reason::minder_killed};
  }
  if (!*claim || (*claim)->by == Claim::By::recovery) return NeverExecuted{};
  if (auto minder = find_minder(launch.directory, (*claim)->minder)) return Alive{*std::move(minder), **claim};
  return fate_without_minder(launch.directory, **claim);
}

Fate fate_without_minder(const std::string& directory, const Claim& claim) {
  if (auto record = read_exit_record(directory)) return Ended{*std::move(record)};
  if (claim.job.pid == 0) return NeverExecuted{};
  const auto group = AttemptGroup::of(directory);
  const bool group_is_gone = !group || group->kill(kill_limit);
  if (!kill_recorded_tree(claim, kill_limit) || !group_is_gone) {
    log::error(directory + ": its minder is dead, and what it left running cannot be killed");
  }
  return Lost{Reason::minder_killed};
}

}  // namespace belfry
