#include <algorithm>
#include <ranges>
#include <utility>

#include <store/memory_store.h>
#include <store/memory_transaction.h>

namespace belfry {

Result<Snapshot> MemoryStore::load() {
  const std::lock_guard lock(mutex_);
  Snapshot snapshot{
      .identity = identity_, .last_batch = last_batch_, .last_sequence = runs_.empty() ? 0 : runs_.rbegin()->first};
  for (const auto sequence : open_) snapshot.open_runs.push_back(runs_.at(sequence));
  for (const auto& [name, known] : jobs_) {
    JobMemory job{.seen = known.seen, .standing = known.standing, .removed = known.removed, .mark = mark_of(known)};
    job.previous_success = known.last_success_due;
    if (const auto last = last_closed_.find(name); last != last_closed_.end()) job.last = runs_.at(last->second);
    snapshot.jobs.push_back(std::move(job));
  }
  for (const auto& [id, backfill] : backfills_) snapshot.backfills.push_back(backfill);
  const std::size_t too_many = asked_for_.size() - std::min(asked_for_.size(), Snapshot::keys_max);
  snapshot.keys.reserve(asked_for_.size() - too_many);
  for (const auto& [kept, unique] : asked_for_ | std::views::drop(too_many) | std::views::values) {
    if (!kept.key.empty()) snapshot.keys.push_back(kept);
    if (unique) snapshot.requests.push_back({.job = unique->job, .params = unique->params, .run = unique->id});
  }
  snapshot.interval_time = interval_time_;
  return snapshot;
}

std::optional<Slot> MemoryStore::mark_of(const Known& known) const {
  std::optional<Slot> mark = known.mark;
  for (const auto sequence : open_) {
    const Run& run = runs_.at(sequence);
    if (run.job == known.seen.job) mark = std::max(mark, run.slot);
  }
  return mark;
}

CommitAnswer MemoryStore::commit(const Batch& batch) {
  const std::lock_guard lock(mutex_);
  const auto last = std::to_underlying(last_batch_);
  const auto offered = std::to_underlying(batch.id);
  if (offered == last) return {.batch = batch.id, .verdict = Verdict::ok, .why = {}};
  if (offered != last + 1) {
    return {.batch = batch.id,
            .verdict = Verdict::failed,
            .why = "batch " + std::to_string(offered) + " does not follow batch " + std::to_string(last)};
  }
  Transaction transaction(*this);
  for (const auto& seen : batch.seen) {
    if (auto applied = transaction.apply(seen); !applied) {
      return {.batch = batch.id, .verdict = Verdict::failed, .why = std::move(applied).error().what};
    }
  }
  for (const auto& record : batch.records) {
    auto applied = std::visit([&](const auto& r) { return transaction.apply(r); }, record);
    if (!applied) return {.batch = batch.id, .verdict = Verdict::failed, .why = std::move(applied).error().what};
  }
  transaction.keep();
  last_batch_ = batch.id;
  return {.batch = batch.id, .verdict = Verdict::ok, .why = {}};
}

}  // namespace belfry
