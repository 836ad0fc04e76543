// What the ledger in memory forgets.
#include <algorithm>
#include <ranges>

#include <store/fair_share.h>
#include <store/memory_store.h>

namespace belfry {

Result<Pruned> MemoryStore::prune(const Keep& keep, WallTime now) {
  const std::lock_guard lock(mutex_);
  Pruned pruned;
  prune_jobs(keep, now - keep.age, pruned);
  if (const auto share = fair_share(closed_runs_of_jobs(), keep.all_runs); share != share_unlimited) {
    Keep less = keep;
    less.runs = std::min(keep.runs, share);
    prune_jobs(less, now - keep.age, pruned);
  }
  prune_output(keep, pruned);
  prune_events(keep, now - keep.age);
  return pruned;
}

void MemoryStore::prune_jobs(const Keep& keep, WallTime cutoff, Pruned& pruned) {
  for (Known& known : jobs_ | std::views::values) {
    prune_runs(known, keep, cutoff, pruned);
    prune_slots(known, keep, cutoff);
  }
}

std::vector<std::size_t> MemoryStore::closed_runs_of_jobs() const {
  std::map<JobName, std::size_t> counts;
  for (const Run& run : runs_ | std::views::values) {
    if (!run.is_open()) ++counts[run.job];
  }
  const auto values = counts | std::views::values;
  return {values.begin(), values.end()};
}

void MemoryStore::prune_runs(Known& known, const Keep& keep, WallTime cutoff, Pruned& pruned) {
  std::vector<Run> closed;
  for (const Run& run : runs_ | std::views::values) {
    if (run.job == known.seen.job && !run.is_open()) closed.push_back(run);
  }
  for (std::size_t n = 0; n + 1 < closed.size(); ++n) {
    if (closed.size() - n <= keep.runs && closed[n].opened >= cutoff) break;
    pruned.runs.push_back(closed[n].id);
    known.pruned_upto = std::max(known.pruned_upto, closed[n].slot);
    forget(closed[n]);
  }
}

void MemoryStore::forget(const Run& run) {
  std::erase_if(attempts_, [&](const auto& attempt) { return attempt.first.first == run.sequence; });
  if (run.slot) started_slots_.erase({run.job, *run.slot});
  by_id_.erase(run.id);
  asked_for_.erase(run.sequence);
  runs_.erase(run.sequence);
}

void MemoryStore::prune_slots(Known& known, const Keep& keep, WallTime cutoff) {
  std::vector<const SlotsDecided*> rows =
      decided_in({.job = known.seen.job, .first = WallTime::min(), .last = WallTime::max()});
  std::ranges::reverse(rows);
  std::vector<const SlotsDecided*> gone;
  for (std::size_t n = 0; n < rows.size(); ++n) {
    const Slot last{.era = rows[n]->era, .at = rows[n]->slots.last};
    if (rows.size() - n <= keep.runs && last.at >= cutoff && !(last <= known.pruned_upto)) break;
    gone.push_back(rows[n]);
  }
  for (const SlotsDecided* row : gone) {
    known.pruned_upto = std::max(known.pruned_upto, std::optional(Slot{.era = row->era, .at = row->slots.last}));
  }
  std::erase_if(slots_, [&](const SlotsDecided& row) { return std::ranges::find(gone, &row) != gone.end(); });
}

std::int64_t MemoryStore::output_of(const Run& run) const {
  const auto kept = [](const Usage& usage) { return usage.output_bytes - usage.output_dropped_bytes; };
  std::int64_t bytes = run.is_open() ? 0 : kept(run.usage);
  for (const auto& [key, attempt] : attempts_) bytes += key.first == run.sequence ? kept(attempt.usage) : 0;
  return bytes;
}

void MemoryStore::prune_output(const Keep& keep, Pruned& pruned) {
  std::int64_t kept = 0;
  const auto rest = std::ranges::subrange(runs_.upper_bound(output_pruned_upto_), runs_.end()) | std::views::values;
  for (const Run& run : rest) kept += output_of(run);
  for (const Run& run : rest) {
    if (kept <= keep.output_bytes) break;
    output_pruned_upto_ = run.sequence;
    if (run.is_open() || output_of(run) == 0) continue;
    pruned.outputs.push_back(run.id);
    kept -= output_of(run);
  }
}

void MemoryStore::prune_events(const Keep& keep, WallTime cutoff) {
  std::size_t gone = 0;
  while (gone + 1 < events_.size() && (events_.size() - gone > keep.events || events_[gone].at < cutoff)) ++gone;
  events_.erase(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(gone));
}

}  // namespace belfry
