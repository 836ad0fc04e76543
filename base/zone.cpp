// Theory of operation: one sorted table of changes. Beyond its end the last 400 years repeat, so an instant out there
// is moved back by whole cycles, looked up, and the answer is moved forward again. To find the entry of an instant,
// time is cut into buckets of 194 days: the bucket knows the entry at its beginning, and few changes happen in one.

#include <algorithm>

#include <belfry/zone.h>

#include <base/verify.h>

namespace belfry {

namespace {

constexpr std::int64_t cycle_s = 146097LL * 86400;  // 400 Gregorian years are whole days and whole weeks
constexpr unsigned bucket_bits = 24;
constexpr std::chrono::hours reach{50};  // farther than any offset, or change of one, can move a reading

std::int64_t to_second(WallTime t) { return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count(); }

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

std::size_t Zone::entry_at(std::int64_t second) const {
  if (index_.empty() || second < index_origin_) return 0;
  const auto bucket = static_cast<std::size_t>((second - index_origin_) >> bucket_bits);
  std::size_t entry = index_[std::min(bucket, index_.size() - 1)];
  while (entry + 1 < entries_.size() && entries_[entry + 1].at <= second) ++entry;
  return entry;
}

Zone::Period Zone::period_at(WallTime t) const {
  const std::int64_t second = to_second(t);
  std::int64_t shift = 0;
  if (repeats_ && second >= repeats_from_ + cycle_s) {
    shift = (second - repeats_from_) / cycle_s * cycle_s;
  }
  const std::size_t i = entry_at(second - shift);
  const Entry& entry = entries_[i];
  const std::chrono::seconds moved{shift};
  const bool is_first = i == 0, is_last = i + 1 == entries_.size();
  return {.begin = is_first ? past : std::chrono::sys_seconds{std::chrono::seconds{entry.at}} + moved,
          .end = is_last ? future : std::chrono::sys_seconds{std::chrono::seconds{entries_[i + 1].at}} + moved,
          .offset = std::chrono::seconds{entry.offset},
          .abbreviation = abbreviations_[entry.abbreviation],
          .is_dst = entry.is_dst};
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
