// What the ledger in memory answers.
#include <algorithm>
#include <ranges>
#include <utility>

#include <base/verify.h>
#include <store/memory_store.h>
#include <store/run_id_range.h>
#include <store/slot_account.h>

namespace belfry {

namespace {

bool is_in(const Run& run, RunQuery::Which which) {
  switch (which) {
    case RunQuery::Which::any:
      return true;
    case RunQuery::Which::open:
      return run.is_open();
    case RunQuery::Which::failed:
      return run.outcome && is_failure(*run.outcome);
  }
  std::unreachable();
}

bool is_asked_for(const Run& run, const RunQuery& query) {
  if (query.job && run.job != *query.job) return false;
  if (query.state && !(run.is_open() && run.state == *query.state)) return false;
  if (query.outcome && run.outcome != *query.outcome) return false;
  return is_in(run, query.which);
}

}  // namespace

Result<std::vector<Run>> MemoryStore::runs(const RunQuery& query) {
  VERIFY(query.limit >= 1 && query.limit <= RunQuery::limit_max);
  const std::lock_guard lock(mutex_);
  auto end = runs_.end();
  if (query.before) {
    const auto cursor = by_id_.find(*query.before);
    if (cursor == by_id_.end()) {
      return std::unexpected(Error::not_found("the ledger holds no run " + query.before->text() + " to go on from"));
    }
    end = runs_.find(cursor->second);
  }
  std::vector<Run> found;
  for (const auto& run : std::ranges::subrange(runs_.begin(), end) | std::views::reverse | std::views::values) {
    if (!is_asked_for(run, query)) continue;
    if (found.size() == query.limit || (query.since && run.opened < *query.since)) break;
    found.push_back(run);
  }
  return found;
}

Result<std::vector<Run>> MemoryStore::runs_by_prefix(std::string_view prefix, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<Run> found;
  const auto range = run_ids_with_prefix(prefix);
  if (!range) return found;
  for (auto it = by_id_.lower_bound(range->first); it != by_id_.end() && it->first <= range->last; ++it) {
    if (found.size() == limit) break;
    found.push_back(runs_.at(it->second));
  }
  return found;
}

namespace {

Run with_attempt(const Run& run, const Run& attempt) {
  Run then = run;
  then.attempt = attempt.attempt;
  then.launch = attempt.launch;
  then.uncounted = attempt.uncounted;
  then.boot = attempt.boot;
  then.stop = attempt.stop;
  then.stop_by = attempt.stop_by;
  then.state = attempt.state;
  then.outcome = attempt.outcome;
  then.reason = attempt.reason;
  then.detail = attempt.detail;
  then.started = attempt.started;
  then.finished = attempt.finished;
  then.end = attempt.end;
  then.usage = attempt.usage;
  return then;
}

}  // namespace

Result<std::vector<Run>> MemoryStore::attempts(const RunId& run) {
  const std::lock_guard lock(mutex_);
  std::vector<Run> found;
  const auto known = by_id_.find(run);
  if (known == by_id_.end()) return found;
  const Sequence sequence = known->second;
  for (auto it = attempts_.lower_bound({sequence, 0}); it != attempts_.end() && it->first.first == sequence; ++it) {
    found.push_back(with_attempt(runs_.at(sequence), it->second));
  }
  return found;
}

Result<std::vector<SlotsDecided>> MemoryStore::slots(const SlotQuery& query) {
  const std::lock_guard lock(mutex_);
  std::vector<SlotsDecided> found;
  for (const auto& decided : slots_ | std::views::reverse) {
    if (found.size() == query.limit) break;
    if (!query.job || decided.job == *query.job) found.push_back(decided);
  }
  return found;
}

std::vector<const Run*> MemoryStore::runs_in(const SlotRange& range) const {
  std::vector<const Run*> found;
  for (const Run& run : runs_ | std::views::values) {
    const bool in_range = run.slot && run.slot->at >= range.first && run.slot->at <= range.last;
    if (in_range && run.job == range.job) found.push_back(&run);
  }
  std::ranges::sort(found, std::ranges::greater{},
                    [](const Run* run) { return std::pair(run->slot->at, run->slot->era); });
  return found;
}

std::vector<const SlotsDecided*> MemoryStore::decided_in(const SlotRange& range) const {
  std::vector<const SlotsDecided*> found;
  for (const SlotsDecided& row : slots_) {
    const bool in_range = row.slots.last >= range.first && row.slots.first <= range.last;
    if (in_range && row.job == range.job) found.push_back(&row);
  }
  std::ranges::sort(found, std::ranges::greater{}, [](const SlotsDecided* d) { return std::pair(d->slots.first, d); });
  return found;
}

Result<std::vector<Run>> MemoryStore::runs_of_slots(const SlotRange& range) {
  const std::lock_guard lock(mutex_);
  std::vector<Run> found;
  for (const Run* run : runs_in(range) | std::views::take(range.limit)) found.push_back(*run);
  return found;
}

Result<std::vector<SlotsDecided>> MemoryStore::slots_decided(const SlotRange& range) {
  const std::lock_guard lock(mutex_);
  std::vector<SlotsDecided> found;
  for (const SlotsDecided* row : decided_in(range) | std::views::take(range.limit)) found.push_back(*row);
  return found;
}

Result<SlotAccount> MemoryStore::account(const SlotRange& range) {
  const std::lock_guard lock(mutex_);
  const auto known = jobs_.find(range.job);
  if (known == jobs_.end()) return std::unexpected(never_saw(range.job));
  SlotFindings found{
      .seen = known->second.seen, .mark = mark_of(known->second), .pruned_upto = known->second.pruned_upto};
  for (const Run* run : runs_in(range)) found.run_slots.push_back(*run->slot);
  for (const SlotsDecided* row : decided_in(range)) found.decided.push_back(*row);
  return make_account(std::move(found), range);
}

Result<std::vector<Event>> MemoryStore::events(const EventQuery& query) {
  const std::lock_guard lock(mutex_);
  const auto is_asked_for = [&](const Event& event) {
    return (!query.before || event.number < *query.before) && (!query.kind || event.kind == *query.kind) &&
           (!query.job || !event.job || *event.job == *query.job) && (!query.since || event.at >= *query.since) &&
           (!query.until || event.at <= *query.until);
  };
  std::vector<Event> found;
  for (const Event& event : events_ | std::views::reverse) {
    if (found.size() == query.limit) break;
    if (is_asked_for(event)) found.push_back(event);
  }
  return found;
}

}  // namespace belfry
