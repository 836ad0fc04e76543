#include <algorithm>
#include <utility>

#include <store/slot_account.h>

namespace belfry {

namespace {

// The time of a slot of this era; of another era it says nothing about this one.
std::optional<WallTime> of_era(const std::optional<Slot>& slot, Era era) {
  return slot && slot->era == era ? std::optional(slot->at) : std::nullopt;
}

// (begin, end]: what the account speaks of.
struct Bounds {
  WallTime begin;
  WallTime end;

  // A stretch is in it or not, never cut: its count says nothing of its parts.
  void shrink_for(const Stretch& stretch) {
    if (stretch.first <= begin && begin < stretch.last) begin = stretch.last;
    if (stretch.first <= end && end < stretch.last) end = stretch.first - Millis{1};
  }
  bool has(const Stretch& stretch) const { return begin < stretch.first && stretch.last <= end; }
  bool has(WallTime at) const { return begin < at && at <= end; }
};

}  // namespace

Error never_saw(const JobName& job) { return Error::not_found("the ledger has never seen a job " + job.text()); }

SlotAccount make_account(SlotFindings found, const SlotRange& range) {
  const Era era = found.seen.era;
  const WallTime counts_from = found.seen.counts_from;
  std::erase_if(found.decided, [&](const SlotsDecided& d) { return d.era != era || d.slots.first <= counts_from; });

  Bounds bounds{.begin = std::max(counts_from, range.first - Millis{1}), .end = range.last};
  if (const auto pruned = of_era(found.pruned_upto, era)) bounds.begin = std::max(bounds.begin, *pruned);
  bounds.end = std::min(bounds.end, of_era(found.mark, era).value_or(counts_from));
  for (const auto& row : found.decided) bounds.shrink_for(row.slots);
  bounds.end = std::max(bounds.begin, bounds.end);

  SlotAccount account{.seen = std::move(found.seen), .pruned_upto = found.pruned_upto};
  account.seen.counts_from = bounds.begin;
  account.mark = Slot{.era = era, .at = bounds.end};
  for (const Slot& slot : found.run_slots) {
    if (slot.era == era && bounds.has(slot.at)) account.run_slots.push_back(slot);
  }
  for (auto& row : found.decided) {
    if (bounds.has(row.slots)) account.decided.push_back(std::move(row));
  }
  return account;
}

}  // namespace belfry
