#include <algorithm>
#include <functional>
#include <ranges>
#include <utility>

#include <base/try.h>
#include <base/verify.h>
#include <store/fair_share.h>
#include <store/memory_store.h>
#include <store/run_id_range.h>
#include <store/run_name.h>
#include <store/slot_account.h>

namespace belfry {

// Takes back what it did unless kept, newest change first. Each change of a map or set goes through one of the helpers,
// which note how the entry was before.
class MemoryStore::Transaction {
 public:
  explicit Transaction(MemoryStore& store) : store_(store) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    for (auto& undo : undo_ | std::views::reverse) undo();
  }

  void keep() { undo_.clear(); }

  Result<void> apply(const JobSeen& seen);
  Result<void> apply(const JobStanding& standing);
  Result<void> apply(const JobRenamed& renamed);
  Result<void> apply(const JobRemoved& removed);
  Result<void> apply(const BackfillMoved& moved);
  Result<void> apply(const BackfillEnded& ended);
  Result<void> apply(const IntervalTime& time);
  Result<void> apply(const RunOpened& opened);
  Result<void> apply(const RunChanged& changed);
  Result<void> apply(const AttemptClosed& attempt);
  Result<void> apply(const RunClosed& closed);
  Result<void> apply(const SlotsDecided& decided);
  Result<void> apply(const Event& event);

 private:
  template <class Key, class Value>
  void set(std::map<Key, Value>& map, const Key& key, std::optional<Value> value) {
    const auto it = map.find(key);
    if (value && it != map.end()) return replace(it->second, std::move(*value));
    undo_.push_back([&map, key, before = it == map.end() ? std::nullopt : std::optional(it->second)] {
      before ? void(map.insert_or_assign(key, *before)) : void(map.erase(key));
    });
    value ? void(map.emplace(key, std::move(*value))) : void(map.erase(key));
  }
  template <class Value>
  bool insert(std::set<Value>& set, const Value& value) {
    const bool inserted = set.insert(value).second;
    if (inserted) undo_.push_back([&set, value] { set.erase(value); });
    return inserted;
  }
  template <class Value>
  void erase(std::set<Value>& set, const Value& value) {
    if (set.erase(value) != 0) undo_.push_back([&set, value] { set.insert(value); });
  }
  // Changes a known job; an unknown one has nothing to change.
  void change(const JobName& job, const std::function<void(Known&)>& edit);
  void move_mark(const JobName& job, Slot to);
  void rename_runs(const JobRenamed& renamed);
  void rename_mentions(const JobRenamed& renamed);
  const SlotsDecided* row_to_extend(const SlotsDecided& decided);
  template <class Value>
  void replace(Value& place, Value value) {
    undo_.push_back([&place, before = std::exchange(place, std::move(value))] { place = before; });
  }

  MemoryStore& store_;
  std::vector<std::function<void()>> undo_;
};

namespace {

Error refused(const Run& run, std::string_view why) { return Error::failed(name_of(run) + ": " + std::string(why)); }

// What RunOpened wrote, and all that comes later must repeat.
bool is_same_start(const Run& a, const Run& b) {
  return a.id == b.id && a.job == b.job && a.slot == b.slot && a.due == b.due && a.key == b.key;
}

bool says_the_same(const SlotsDecided& a, const SlotsDecided& b) {
  return a.era == b.era && a.outcome == b.outcome && a.reason == b.reason && a.cause == b.cause && a.detail == b.detail;
}

// Attempts and launches only grow.
bool follows(const Run& next, const Run& before) {
  return std::pair(next.attempt, next.launch) >= std::pair(before.attempt, before.launch);
}

}  // namespace

Result<void> MemoryStore::Transaction::apply(const JobSeen& seen) {
  const auto known = store_.jobs_.find(seen.job);
  Known job = known == store_.jobs_.end() ? Known{.seen = seen} : known->second;
  job.seen = seen;
  job.removed = false;
  set(store_.jobs_, seen.job, std::optional(std::move(job)));
  return {};
}

Result<void> MemoryStore::Transaction::apply(const JobStanding& standing) {
  change(standing.job, [&](Known& job) { job.standing = standing; });
  return {};
}

Result<void> MemoryStore::Transaction::apply(const JobRenamed& renamed) {
  const auto known = store_.jobs_.find(renamed.from);
  if (known == store_.jobs_.end() || store_.jobs_.contains(renamed.to)) {
    return std::unexpected(Error::failed("job " + renamed.from.text() + " cannot be renamed to " + renamed.to.text()));
  }
  Known job = known->second;
  job.seen.job = renamed.to;
  if (job.standing) job.standing->job = renamed.to;
  set(store_.jobs_, renamed.from, std::optional<Known>{});
  set(store_.jobs_, renamed.to, std::optional(std::move(job)));
  if (const auto last = store_.last_closed_.find(renamed.from); last != store_.last_closed_.end()) {
    const Sequence sequence = last->second;
    set(store_.last_closed_, renamed.from, std::optional<Sequence>{});
    set(store_.last_closed_, renamed.to, std::optional(sequence));
  }
  rename_runs(renamed);
  rename_mentions(renamed);
  for (std::size_t row = 0; row < store_.slots_.size(); ++row) {
    if (store_.slots_[row].job != renamed.from) continue;
    store_.slots_[row].job = renamed.to;
    undo_.push_back([this, row, from = renamed.from] { store_.slots_[row].job = from; });
  }
  for (std::size_t row = 0; row < store_.events_.size(); ++row) {
    if (store_.events_[row].job != renamed.from) continue;
    store_.events_[row].job = renamed.to;
    undo_.push_back([this, row, from = renamed.from] { store_.events_[row].job = from; });
  }
  return {};
}

void MemoryStore::Transaction::rename_runs(const JobRenamed& renamed) {
  for (Run& run : store_.runs_ | std::views::values) {
    if (run.job != renamed.from) continue;
    replace(run.job, renamed.to);
    if (!run.slot) continue;
    erase(store_.started_slots_, std::pair(renamed.from, *run.slot));
    insert(store_.started_slots_, std::pair(renamed.to, *run.slot));
  }
}

void MemoryStore::Transaction::rename_mentions(const JobRenamed& renamed) {
  for (Known& known : store_.jobs_ | std::views::values) {
    if (!known.standing) continue;
    std::vector<JobName> causes = known.standing->causes;
    std::ranges::replace(causes, renamed.from, renamed.to);
    replace(known.standing->causes, std::move(causes));
  }
  for (Backfill& backfill : store_.backfills_ | std::views::values) {
    if (backfill.job == renamed.from) replace(backfill.job, renamed.to);
  }
}

Result<void> MemoryStore::Transaction::apply(const BackfillMoved& moved) {
  set(store_.backfills_, moved.backfill.id, std::optional(moved.backfill));
  return {};
}

Result<void> MemoryStore::Transaction::apply(const BackfillEnded& ended) {
  set(store_.backfills_, ended.id, std::optional<Backfill>{});
  return {};
}

Result<void> MemoryStore::Transaction::apply(const IntervalTime& time) {
  replace(store_.interval_time_, std::optional(time));
  return {};
}

Result<void> MemoryStore::Transaction::apply(const JobRemoved& removed) {
  change(removed.job, [](Known& job) { job.removed = true; });
  return {};
}

Result<void> MemoryStore::Transaction::apply(const RunOpened& opened) {
  const Run& run = opened.run;
  VERIFY(run.is_open());
  if (store_.runs_.contains(run.sequence)) return std::unexpected(refused(run, "its sequence number is taken"));
  if (run.slot && !insert(store_.started_slots_, std::pair(run.job, *run.slot))) {
    return std::unexpected(refused(run, "the ledger holds a run for this slot already"));
  }
  set(store_.runs_, run.sequence, std::optional(run));
  set(store_.by_id_, run.id, std::optional(run.sequence));
  insert(store_.open_, run.sequence);
  if (!run.key.empty() || run.is_unique) {
    const Asked asked{.kept = {.key = run.key, .run = run.id},
                      .unique = run.is_unique ? &store_.runs_.at(run.sequence) : nullptr};
    set(store_.asked_for_, run.sequence, std::optional(asked));
  }
  return {};
}

Result<void> MemoryStore::Transaction::apply(const RunChanged& changed) {
  const Run& run = changed.run;
  VERIFY(run.is_open());
  const auto open = store_.runs_.find(run.sequence);
  if (open == store_.runs_.end() || !open->second.is_open() || !is_same_start(open->second, run) ||
      !follows(run, open->second)) {
    return std::unexpected(refused(run, "the ledger holds no such open run; its change is refused"));
  }
  set(store_.runs_, run.sequence, std::optional(run));
  return {};
}

Result<void> MemoryStore::Transaction::apply(const AttemptClosed& attempt) {
  const Run& run = attempt.run;
  const auto open = store_.runs_.find(run.sequence);
  if (open == store_.runs_.end() || !open->second.is_open() || !is_same_start(open->second, run)) {
    return std::unexpected(refused(run, "the ledger holds no such open run; the end of its attempt is refused"));
  }
  const std::pair key(run.sequence, run.attempt);
  if (store_.attempts_.contains(key))
    return std::unexpected(refused(run, "the ledger holds this attempt's end already"));
  set(store_.attempts_, key, std::optional(run));
  return {};
}

Result<void> MemoryStore::Transaction::apply(const RunClosed& closed) {
  const Run& run = closed.run;
  VERIFY(!run.is_open());
  const auto open = store_.runs_.find(run.sequence);
  if (open == store_.runs_.end() || !open->second.is_open() || !is_same_start(open->second, run) ||
      open->second.attempt_id() != run.attempt_id()) {
    return std::unexpected(refused(run, "the ledger holds no such open run; its end is refused"));
  }
  set(store_.runs_, run.sequence, std::optional(run));
  erase(store_.open_, run.sequence);
  const auto last = store_.last_closed_.find(run.job);
  if (last == store_.last_closed_.end() || last->second < run.sequence) {
    set(store_.last_closed_, run.job, std::optional(run.sequence));
  }
  if (run.slot) move_mark(run.job, *run.slot);
  if (run.outcome == RunOutcome::succeeded) {
    change(run.job, [&](Known& job) {
      if (job.last_success < run.sequence) job.last_success_due = run.due;
      job.last_success = std::max(job.last_success, run.sequence);
    });
  }
  return {};
}

Result<void> MemoryStore::Transaction::apply(const SlotsDecided& decided) {
  if (const SlotsDecided* row = row_to_extend(decided)) {
    const auto index = static_cast<std::size_t>(row - store_.slots_.data());
    undo_.push_back([this, index, before = *row] { store_.slots_[index] = before; });
    Stretch& slots = store_.slots_[index].slots;
    slots.last = decided.slots.last;
    slots.count += decided.slots.count;
  } else {
    store_.slots_.push_back(decided);
    undo_.push_back([this] { store_.slots_.pop_back(); });
  }
  move_mark(decided.job, {.era = decided.era, .at = decided.slots.last});
  return {};
}

Result<void> MemoryStore::Transaction::apply(const Event& event) {
  const std::uint64_t newest = store_.events_.empty() ? 0 : store_.events_.back().number;
  store_.events_.push_back(event);
  store_.events_.back().number = newest + 1;
  undo_.push_back([this] { store_.events_.pop_back(); });
  return {};
}

// The job's last row, if it says the same of the slots just before these.
const SlotsDecided* MemoryStore::Transaction::row_to_extend(const SlotsDecided& decided) {
  const auto known = store_.jobs_.find(decided.job);
  if (known == store_.jobs_.end() || !known->second.mark) return nullptr;
  const auto rows = store_.slots_ | std::views::reverse;
  const auto last = std::ranges::find(rows, decided.job, &SlotsDecided::job);
  if (last == rows.end() || !says_the_same(*last, decided)) return nullptr;
  const Slot end{.era = last->era, .at = last->slots.last};
  if (*known->second.mark != end || decided.slots.first <= end.at) return nullptr;
  if (known->second.seen.counts_from >= last->slots.first) return nullptr;  // of an earlier definition
  const bool ran_between = std::ranges::any_of(store_.open_, [&](Sequence sequence) {
    const Run& run = store_.runs_.at(sequence);
    return run.job == decided.job && run.slot && *run.slot > end;
  });
  return ran_between ? nullptr : &*last;
}

void MemoryStore::Transaction::change(const JobName& job, const std::function<void(Known&)>& edit) {
  const auto known = store_.jobs_.find(job);
  if (known == store_.jobs_.end()) return;
  Known changed = known->second;
  edit(changed);
  replace(known->second, std::move(changed));
}

void MemoryStore::Transaction::move_mark(const JobName& job, Slot to) {
  const auto known = store_.jobs_.find(job);
  if (known == store_.jobs_.end()) return;
  std::optional<Slot>& mark = known->second.mark;
  replace(mark, std::max(mark, std::optional(to)));
}

// ---- Store ------------------------------------------------------------------------------------------------------

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

// ---- Pruning ----------------------------------------------------------------------------------------------------

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

// ---- History ----------------------------------------------------------------------------------------------------

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
