// Notices that jobs write into their job/ directories: how `belfry progress`, and every program that writes to
// $BELFRY_PROGRESS, is heard, whoever the job runs as, without a socket or a right of its own. One inotify descriptor
// for all; what it says is only "look again".
//
// A job that writes without a pause must not keep the daemon busy: after a word from a directory nothing more is heard
// from it until listen() is called again.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <belfry/names.h>

#include <base/os.h>

namespace belfry {

class ProgressWatch {
 public:
  static Result<ProgressWatch> open();

  int fd() const { return inotify_.get(); }

  // Where the machine has no room for one more watch, what the job says there is read when it ends.
  void listen(const AttemptId& id, const std::string& job_directory);
  void forget(const AttemptId& id);

  // Those that have something to say.
  std::vector<AttemptId> take();

 private:
  explicit ProgressWatch(Fd inotify) : inotify_(std::move(inotify)) {}

  Fd inotify_;
  std::map<int, AttemptId> by_watch_;
  std::map<AttemptId, int> watches_;
};

}  // namespace belfry
