// The jobs the core knows, by position in the file and by name, each with the state that outlives a reload.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <belfry/job.h>
#include <belfry/record.h>
#include <belfry/run.h>

namespace belfry {

using JobIndex = std::uint32_t;  // position in the file: the order in which equal times fire (S5)

struct JobState {
  std::shared_ptr<const Job> job;  // null: only remembered; the configuration does not name it
  JobSeen seen;
  bool removed = false;                      // the ledger knows that the configuration does not name it
  std::optional<Slot> mark;                  // the newest decided slot
  std::vector<RunId> open;                   // oldest first; overlap is decided from these (S22)
  std::optional<Run> last;                   // the newest closed run
  std::optional<WallTime> previous_success;  // the due time of the newest run that succeeded

  // No slot at or before this instant is owed (S19).
  WallTime decided_upto() const {
    return mark && mark->era == seen.era ? std::max(mark->at, seen.counts_from) : seen.counts_from;
  }
  void move_mark(WallTime at) { mark = Slot{.era = seen.era, .at = at}; }
};

class JobTable {
 public:
  // What the ledger remembers, before any configuration is loaded.
  explicit JobTable(const std::vector<JobMemory>& memories);

  std::size_t named_count() const { return named_count_; }  // jobs of the configuration: [0, named_count)
  JobState& at(JobIndex index) { return states_[index]; }
  const JobState& at(JobIndex index) const { return states_[index]; }
  JobState* find(const JobName& name);
  const JobState* find(const JobName& name) const;
  std::optional<JobIndex> index_of(const JobName& name) const;

  struct Change {
    std::vector<JobSeen> seen;        // new jobs, and jobs whose schedule changed
    std::vector<JobRemoved> removed;  // named before, and not any more
  };

  // Takes over a configuration: jobs are matched by name. A job that is new, or whose schedule changed, owes no slot up
  // to `now`; every other keeps all its state. Jobs that are gone stay remembered, for the runs they still have.
  Change load(const std::shared_ptr<const JobSet>& set, WallTime now);

 private:
  std::vector<JobState> states_;
  std::size_t named_count_ = 0;
  std::map<JobName, JobIndex> by_name_;
};

}  // namespace belfry
