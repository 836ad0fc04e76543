#include <algorithm>
#include <utility>

#include <base/verify.h>
#include <scheduler/run_table.h>

namespace belfry {

RunHandle RunTable::add(OpenRun open, RunList& of_job) {
  if (index_.size() < 2 * (size_ + 1)) grow();
  RunHandle handle = static_cast<RunHandle>(runs_.size());
  if (free_.empty()) {
    runs_.push_back(std::move(open));
  } else {
    handle = free_.back();
    free_.pop_back();
    runs_[handle] = std::move(open);
  }
  OpenRun& added = runs_[handle];
  added.next = no_run;
  added.previous = of_job.last;
  (of_job.last == no_run ? of_job.first : runs_[of_job.last].next) = handle;
  of_job.last = handle;
  ++size_;
  put(handle);
  return handle;
}

// What follows in the index moves up into the gap, so that nothing is searched for past an empty place.
void RunTable::remove(const RunId& id, RunHandle handle, RunList& of_job) {
  const OpenRun& leaving = runs_[handle];
  (leaving.previous == no_run ? of_job.first : runs_[leaving.previous].next) = leaving.next;
  (leaving.next == no_run ? of_job.last : runs_[leaving.next].previous) = leaving.previous;

  const std::size_t mask = index_.size() - 1;
  std::size_t gap = home(id);
  while (index_[gap] != handle) gap = (gap + 1) & mask;
  for (std::size_t at = (gap + 1) & mask; index_[at] != no_run; at = (at + 1) & mask) {
    const std::size_t from_home = (at - home(runs_[index_[at]].run.id)) & mask;
    if (from_home < ((at - gap) & mask)) continue;
    index_[gap] = index_[at];
    gap = at;
  }
  index_[gap] = no_run;
  free_.push_back(handle);
  --size_;
}

std::optional<RunHandle> RunTable::find(const RunId& id) const {
  if (index_.empty()) return std::nullopt;
  const std::size_t mask = index_.size() - 1;
  for (std::size_t at = home(id); index_[at] != no_run; at = (at + 1) & mask) {
    if (runs_[index_[at]].run.id == id) return index_[at];
  }
  return std::nullopt;
}

void RunTable::put(RunHandle handle) {
  const std::size_t mask = index_.size() - 1;
  std::size_t at = home(runs_[handle].run.id);
  while (index_[at] != no_run) at = (at + 1) & mask;
  index_[at] = handle;
}

void RunTable::grow() {
  const std::vector<RunHandle> before = std::exchange(index_, {});
  index_.assign(std::max<std::size_t>(16, before.size() * 2), no_run);
  for (const RunHandle handle : before) {
    if (handle != no_run) put(handle);
  }
}

}  // namespace belfry
