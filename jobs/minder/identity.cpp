#include <errno.h>
#include <grp.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <jobs/minder/identity.h>

namespace belfry::minder {
namespace {

bool has_groups(const Identity& identity) {
  static gid_t now[Identity::groups_max];
  const int count = getgroups(Identity::groups_max, now);
  if (count != static_cast<int>(identity.group_count)) return false;
  for (int i = 0; i < count; ++i) {
    bool is_wanted = false;
    for (size_t k = 0; k < identity.group_count; ++k) is_wanted = is_wanted || identity.groups[k] == now[i];
    if (!is_wanted) return false;
  }
  return true;
}

bool is_exactly(const Identity& identity) {
  uid_t uids[3];
  gid_t gids[3];
  if (getresuid(&uids[0], &uids[1], &uids[2]) != 0 || getresgid(&gids[0], &gids[1], &gids[2]) != 0) return false;
  for (int i = 0; i < 3; ++i) {
    if (uids[i] != identity.uid || gids[i] != identity.gid) return false;
  }
  return has_groups(identity);
}

bool can_become_root() { return setresuid(static_cast<uid_t>(-1), 0, static_cast<uid_t>(-1)) == 0; }

}  // namespace

StartFailure assume_identity(const Identity& identity) {
  if (identity.name == nullptr) return {};
  if (setgroups(identity.group_count, identity.groups) != 0) return {StartFailure::setgroups_call, errno};
  if (setresgid(identity.gid, identity.gid, identity.gid) != 0) return {StartFailure::setgid_call, errno};
  if (setresuid(identity.uid, identity.uid, identity.uid) != 0) return {StartFailure::setuid_call, errno};
  if (identity.uid != 0 && can_become_root()) return {StartFailure::identity_check, EPERM};
  if (!is_exactly(identity)) return {StartFailure::identity_check, EPERM};
  return {};
}

StartFailure apply_bounds(const Bounds& bounds) {
  if (bounds.open_files >= 0) {
    const auto count = static_cast<rlim_t>(bounds.open_files);
    const struct rlimit limit = {count, count};
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return {StartFailure::rlimit_call, errno};
  }
  if (bounds.has_nice && setpriority(PRIO_PROCESS, 0, bounds.nice) != 0) return {StartFailure::nice_call, errno};
  constexpr int this_process = 1;  // IOPRIO_WHO_PROCESS
  if (bounds.io >= 0 && syscall(SYS_ioprio_set, this_process, 0, bounds.io) != 0) {
    return {StartFailure::ioprio_call, errno};
  }
  return {};
}

}  // namespace belfry::minder
