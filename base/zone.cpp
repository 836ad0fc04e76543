// Theory of operation: one sorted table of changes. Beyond its end the last 400 years repeat, so an instant out there
// is moved back by whole cycles, looked up, and the answer is moved forward again. To find the entry of an instant,
// time is cut into buckets of 194 days: the bucket knows the entry at its beginning, and few changes happen in one.

#include <algorithm>

#include <belfry/zone.h>

#include <base/verify.h>

namespace belfry {

namespace {

constexpr std::chrono::hours reach{50};  // farther than any offset, or change of one, can move a reading

}  // namespace

Zone::Zone(Table table) : name_(std::move(table.name)) {
  VERIFY(!table.changes.empty());
  for (Change& change : table.changes) {
    auto found = std::find(abbreviations_.begin(), abbreviations_.end(), change.abbreviation);
    if (found == abbreviations_.end()) found = abbreviations_.insert(found, std::move(change.abbreviation));
    VERIFY(entries_.empty() || entries_.back().at < change.at.time_since_epoch().count());
    entries_.push_back({.at = change.at.time_since_epoch().count(),
                        .offset = static_cast<std::int32_t>(change.offset.count()),
                        .abbreviation = static_cast<std::uint16_t>(found - abbreviations_.begin()),
                        .is_dst = change.is_dst});
  }
  entries_.front().at = past.time_since_epoch().count();
  if (table.repeats_from) {
    repeats_ = true;
    repeats_from_ = table.repeats_from->time_since_epoch().count();
    VERIFY(entries_.back().at >= repeats_from_ + cycle_s);
  }
  if (entries_.size() == 1) return;
  index_origin_ = entries_[1].at;
  std::size_t entry = 0;
  for (std::int64_t at = index_origin_; at <= entries_.back().at; at += std::int64_t{1} << bucket_bits) {
    while (entry + 1 < entries_.size() && entries_[entry + 1].at <= at) ++entry;
    index_.push_back(static_cast<std::uint16_t>(entry));
  }
}

std::shared_ptr<const Zone> Zone::utc() {
  static const auto zone =
      std::make_shared<const Zone>(Table{.name = "UTC",
                                         .changes = {{.at = {}, .offset = {}, .abbreviation = "UTC", .is_dst = false}},
                                         .repeats_from = {}});
  return zone;
}

Zone::Lookup Zone::lookup(LocalTime reading) const {
  const WallTime near{reading.time_since_epoch()};
  Period period = period_at(near - reach);
  for (; period.end < near + reach; period = period_at(period.end)) {
    const Period next = period_at(period.end);
    const bool before = period.utc(reading) < period.end;
    const bool after = next.utc(reading) >= next.begin;
    if (before != after) {
      if (before) return {Reading::unique, period.utc(reading), period.utc(reading), period.utc(reading)};
      continue;
    }
    return {before ? Reading::repeated : Reading::skipped, period.utc(reading), next.begin, next.utc(reading)};
  }
  return {Reading::unique, period.utc(reading), period.utc(reading), period.utc(reading)};
}

}  // namespace belfry
