// The jobs the core knows, by position in the file and by name, each with the state that outlives a reload.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <belfry/job.h>
#include <belfry/record.h>
#include <belfry/run.h>

#include <scheduler/breaker.h>
#include <scheduler/run_table.h>

namespace belfry {

using JobIndex = std::uint32_t;  // position in the file: the order in which equal times fire (S5)

// What few jobs have, so that a million others need not carry it.
struct JobExtras {
  JobStanding standing;
  std::vector<Backfill> backfills;       // the first is at work
  std::vector<JobIndex> dependents;      // jobs that come after this one
  std::shared_ptr<const Policies> left;  // of a job that is gone: those that its last runs go on under
};

struct JobState {
  explicit JobState(JobName job_name) : name(std::move(job_name)) {}

  JobName name;
  std::shared_ptr<const Job> job;  // null: only remembered; the configuration does not name it
  WallTime first_seen;
  WallTime counts_from;    // no slot at or before this instant is owed (S19)
  std::uint64_t form = 0;  // a hash of the triggers' normal form
  Era era{};
  bool was_enabled = true;                   // as the ledger knows it
  bool removed = false;                      // the ledger knows that the configuration does not name it
  bool is_held = false;                      // slots are due, and wait for what catches up (S18: `all`)
  bool goes_on = false;                      // they waited, and are decided now
  std::optional<Slot> mark;                  // the newest decided slot
  RunList open;                              // overlap is decided from these (S22)
  std::unique_ptr<Run> last;                 // the newest closed run: the one that was opened last
  std::optional<WallTime> previous_success;  // the due time of the newest run that succeeded
  std::uint64_t success_sequence = 0;        // that run's, if it is known
  Breaker breaker;
  std::unique_ptr<JobExtras> extras;

  // No slot at or before this instant is owed.
  WallTime decided_upto() const { return mark && mark->era == era ? std::max(mark->at, counts_from) : counts_from; }
  void move_mark(WallTime at) { mark = Slot{.era = era, .at = at}; }

  bool is_paused(WallTime now) const {
    return extras && extras->standing.pause && (!extras->standing.pause->until || *extras->standing.pause->until > now);
  }
  // Once the configuration does not name the job any more: those that it had, or the usual ones.
  const Policies& policies() const {
    if (job) return *job->policies;
    return extras && extras->left ? *extras->left : *default_policies();
  }
  JobExtras& need_extras();
};

// What the ledger is told of a job.
JobSeen seen_of(const JobState& state);

class JobTable {
 public:
  // What the ledger remembers, before any configuration is loaded.
  explicit JobTable(const std::vector<JobMemory>& memories);

  std::size_t named_count() const { return named_count_; }  // jobs of the configuration: [0, named_count)
  std::size_t size() const { return states_.size(); }       // and those that are only remembered
  JobState& at(JobIndex index) { return states_[index]; }
  const JobState& at(JobIndex index) const { return states_[index]; }
  JobState* find(const JobName& name);
  std::optional<JobIndex> index_of(const JobName& name) const;
  std::optional<JobIndex> named(const JobName& name) const;  // of the configuration only

  // Jobs whose definition ends now, each with the one it had: slots that it still owes are to be decided under that.
  struct Ended {
    JobIndex index = 0;              // where the job stands before the load
    std::shared_ptr<const Job> old;  // null: it was edited while nobody was there
    std::string old_form;            // then: what the ledger says of it
    bool was_enabled = true;
    bool is_removed = false;     // else: edited
    bool asks_for_more = false;  // `after`: the ends that were counted may not have been successes, and now they must
  };
  struct Change {
    std::vector<JobRenamed> renamed;  // done already: their state stands under the new name
    std::vector<Ended> ended;
  };

  // The first half of taking over a configuration: renames, and says what ends.
  Change compare(const JobSet& set);

  struct Sight {
    std::vector<JobSeen> seen;        // new jobs, edited ones, and those that were enabled or disabled
    std::vector<JobRemoved> removed;  // named before, and not any more
    // Where every job stands where it stood: those that are not due as before. None: jobs have new places.
    std::optional<std::vector<JobIndex>> moved;
  };
  // The second half: jobs are matched by name. A job that is new, edited or enabled owes no slot up to its time as
  // `clock` says it; every other keeps all its state. Jobs that are gone stay remembered, for the runs they still have.
  template <class Clock>
  Sight load(const std::shared_ptr<const JobSet>& set, Clock clock) {
    return load_at(set, std::function<WallTime(const Job&)>(clock));
  }

 private:
  Sight load_at(const std::shared_ptr<const JobSet>& set, const std::function<WallTime(const Job&)>& clock);
  bool keeps_places(const JobSet& set) const;
  Sight load_in_place(const std::shared_ptr<const JobSet>& set, const std::function<WallTime(const Job&)>& clock);
  void rename(const JobName& from, const JobName& to);

  std::vector<JobState> states_;
  std::size_t named_count_ = 0;
  std::map<JobName, JobIndex> by_name_;
  std::map<JobName, std::string> remembered_forms_;  // from the ledger, until the first load
};

}  // namespace belfry
