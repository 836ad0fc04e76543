// A simulated process, with the minder beside it.
#pragma once

#include <algorithm>
#include <optional>

#include <belfry/launcher.h>

namespace belfry::sim {

struct Process {
  AttemptId id;
  JobName job;
  SharedText queue;
  bool ignores_overlap = false;

  BootTime begins;                         // its minder may be slow; until then it does not execute
  std::optional<BootTime> ends_by_itself;  // none: it hangs
  std::optional<BootTime> limit;
  Reason limit_reason = Reason::timeout;
  std::optional<BootTime> told_to_stop;
  Reason stop_reason = Reason::none;
  Millis dies_after{};  // from SIGTERM to its end: at most the grace

  ProcessEnd own_end;
  WallTime started;
  bool executes = false;
  bool minder_lives = true;

  // Why it ends, and when.
  struct End {
    BootTime at = BootTime::max();
    Reason reason = Reason::none;
  };
  End end() const {
    End end;
    if (ends_by_itself) end.at = *ends_by_itself;
    if (limit && *limit + dies_after < end.at) end = {*limit + dies_after, limit_reason};
    if (told_to_stop && std::max(*told_to_stop, begins) + dies_after < end.at) {
      end = {std::max(*told_to_stop, begins) + dies_after, stop_reason};
    }
    return end;
  }
};

}  // namespace belfry::sim
