#include <algorithm>
#include <utility>

#include <base/try.h>
#include <base/verify.h>
#include <store/memory_transaction.h>
#include <store/run_name.h>

namespace belfry {

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

}  // namespace belfry
