// The attempt's own control group (cgroup v2), where the daemon was given a part of the hierarchy. Nothing of the job
// leaves it, so all of it can be bounded and killed as one.
#pragma once

#include <jobs/minder/spec.h>

namespace belfry::minder {

class Cgroup {
 public:
  // Makes the group and puts its limits in force. Where there can be none, the job is held together by its session.
  void open(const char* parent, const char* name, const CgroupLimits& limits);
  bool is_open() const { return fd_ >= 0; }

  // Moves the calling process in. False: it cannot be.
  bool enter() const;

  // Whoever was to be in it is not, and `limits` count as not in force.
  void give_up(const CgroupLimits& limits);

  // Which of the wanted limits are not in force, as the exit record says them.
  const char* unlimited() const { return unlimited_; }

  // The kernel kills all of it, whatever it forks meanwhile. False: this kernel cannot.
  bool kill();

  // How many processes it killed for want of memory.
  unsigned long oom_kills() const;

  // Once it is empty.
  void remove();

 private:
  bool write(const char* file, const char* text) const;
  void limit(const char* file, const char* text, const char* name);
  void apply(const CgroupLimits& limits);

  int parent_ = -1;
  int fd_ = -1;
  const char* name_ = "";
  char unlimited_[32] = {};
};

}  // namespace belfry::minder
