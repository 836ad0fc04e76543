// The part of the cgroup v2 hierarchy that was given to the daemon. In it each attempt of a job gets a group of its
// own, in which all of its processes can be bounded and killed as one.
//
// Theory of operation. Whoever runs the daemon as a service hands it the service's own group (Delegate=yes) and marks
// that group; a group without the mark is somebody else's, also where it could be written to. A group whose controllers
// are handed on to those below it may hold no process itself, so the daemon moves into a leaf, `daemon`; the minders,
// its children, live there too.
//
// Controllers are handed on only while a job with limits runs, because of what comes after a crash: the service manager
// puts the next daemon into the service's group itself, which fails as long as controllers are handed on from there and
// jobs go on below it. systemd/release-controllers takes them away in between, and with them go the limits of the jobs
// that go on; the next daemon writes them again (AttemptGroup::bound_again).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <belfry/error.h>

#include <jobs/controllers.h>

namespace belfry {

// Whether a group is marked as given away.
bool is_delegated(const std::string& path);

// What the search depends on, so that a test can make it up.
struct CgroupFiles {
  std::string proc = "/proc";
  std::function<bool(const std::string& path)> is_delegated = belfry::is_delegated;
};

// The directory of the group that was given to this process (a pid, or "self"), whether it is in there or in its leaf.
// not_found: it has none; the message says why.
Result<std::string> find_cgroup_home(const std::string& process, const CgroupFiles& files = {});

// What the limits of jobs can count on.
struct CgroupFacts {
  Controllers available;
  std::string why_none;  // why there is no control group at all; empty: there is one
};

class CgroupHome {
 public:
  // There is none, for this reason.
  static CgroupHome none(std::string why);

  // Moves the calling process into the leaf.
  static CgroupHome settle(std::string path);
  // The home of the calling process, if it has one, tried out.
  static CgroupHome of_this_process();

  // From now on only those controllers count as available that bind a group made for the trial: its limit is written,
  // and read back. What fails is in the log. Nothing changes for the groups that are there.
  void try_out();

  const std::string& path() const { return path_; }  // empty: there is none
  CgroupFacts facts() const { return {.available = available_, .why_none = why_none_}; }

  // Hands on exactly these, as far as they are available. What fails is in the log.
  void hand_on(Controllers wanted);

  // Removes the groups in which no process is left and whose name `is_ours` knows. Others stay: the kernel removes
  // nothing that is in use.
  template <class IsOurs>
  void sweep(IsOurs is_ours) const {
    for (const std::string& name : groups()) {
      if (is_ours(name)) remove(name);
    }
  }

 private:
  CgroupHome() = default;
  bool has_taken(const std::string& group, Controllers::One one) const;
  std::vector<std::string> groups() const;
  void remove(const std::string& name) const;

  std::string path_;
  std::string why_none_;
  Controllers available_;
  Controllers handed_on_;
};

}  // namespace belfry
