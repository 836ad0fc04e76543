// The open runs: found by id, walked by job, in the order in which they were opened.
//
// Runs live in slots that are used again, so opening and closing a run allocates nothing once there were as many as
// now.
#pragma once

#include <optional>
#include <vector>

#include <belfry/run.h>

#include <scheduler/queues.h>

namespace belfry {

inline constexpr RunHandle no_run = 0xffff'ffffU;

// Where an open run is on its way.
enum class Place {
  delayed,   // its time has not come
  behind,    // earlier runs of its job are in its way
  in_line,   // in its queue
  launched,  // starting or running
  waiting,   // for its next attempt
};

struct OpenRun {
  Run run;
  std::uint32_t job = 0;  // index into the job table
  QueueIndex queue = 0;
  Place place = Place::in_line;
  bool is_recorded = false;       // the ledger was told of it
  bool is_resolved = true;        // false: restored, and nobody has said yet what became of its process
  bool has_claim = true;          // it counts as a run of its job before its process exists
  BootTime since{};               // its time came: a deadline counts from here. As far as the boot clock can say
  std::optional<BootTime> wakes;  // when a delay is over, or the pause before its next attempt
  RunHandle next = no_run;        // of the same job
  RunHandle previous = no_run;
};

// The runs of one job, oldest first. Linked through the runs themselves.
struct RunList {
  RunHandle first = no_run;
  RunHandle last = no_run;
  bool empty() const { return first == no_run; }
};

class RunTable {
 public:
  RunHandle add(OpenRun open, RunList& of_job);
  // The run itself may have been moved from; its id has to be given.
  void remove(const RunId& id, RunHandle handle, RunList& of_job);

  OpenRun& at(RunHandle handle) { return runs_[handle]; }
  const OpenRun& at(RunHandle handle) const { return runs_[handle]; }
  std::optional<RunHandle> find(const RunId& id) const;
  std::size_t size() const { return size_; }

  // Of all open runs, in no order that means anything.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const RunHandle handle : index_) {
      if (handle != no_run) visit(handle);
    }
  }
  // `visit` may remove the run it is given, and no other.
  template <class Visit>
  void for_each_of(const RunList& list, Visit visit) const {
    for (RunHandle handle = list.first; handle != no_run;) {
      const RunHandle next = runs_[handle].next;
      visit(handle);
      handle = next;
    }
  }

 private:
  std::size_t home(const RunId& id) const { return id.low & (index_.size() - 1); }
  void put(RunHandle handle);
  void grow();

  std::vector<OpenRun> runs_;
  std::vector<RunHandle> free_;
  std::vector<RunHandle> index_;  // open addressing by id; a power of two, at most half full
  std::size_t size_ = 0;
};

}  // namespace belfry
