// Time zones: what a clock on a wall in some place reads at an instant, and which instants a reading names.
//
// Fundamental concepts
//
//   instant   a point in time, the same everywhere: WallTime.
//   reading   what a local clock shows, LocalTime: year, month, day and time of day without an offset.
//   period    a stretch of time in which a zone's offset from UTC stays the same. A change of the offset ends it.
//
// Every instant has exactly one reading in a zone. A reading, though, names one instant (`unique`), none (`skipped`:
// the clock was put forward over it) or two (`repeated`: the clock was put back), and only the caller can know what
// that should mean. That is why there is no plain "local to UTC" here: a lookup says which of the three it is, and the
// caller chooses (S14).
//
// A Zone is immutable and does no I/O; base/zones.h loads them. THREADS: any.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/time.h>

namespace belfry {

using LocalTime = std::chrono::local_time<Millis>;

class Zone {
 public:
  // From `at` on, the offset is this.
  struct Change {
    std::chrono::sys_seconds at;
    std::chrono::seconds offset{0};  // local - UTC: east is positive
    std::string abbreviation;        // "CET"; some zones have only "+0330"
    bool is_dst = false;
  };

  struct Table {
    std::string name;             // "Europe/Berlin"
    std::vector<Change> changes;  // strictly increasing; the first one holds since the beginning of time
    // The last 400 years of the table go on for ever: the calendar, weekdays included, has that period. Where it is
    // set, the table covers [repeats_from, repeats_from + 400 years] and the changes of one year before and after.
    std::optional<std::chrono::sys_seconds> repeats_from;
  };

  // Stand for "no change before" and "no change after". Some 30 million years away: adding days to them is safe.
  static constexpr std::chrono::sys_seconds past{-std::chrono::seconds{std::int64_t{1} << 50U}};
  static constexpr std::chrono::sys_seconds future{std::chrono::seconds{std::int64_t{1} << 50U}};

  struct Period {
    std::chrono::sys_seconds begin;
    std::chrono::sys_seconds end;  // not included
    std::chrono::seconds offset{0};
    std::string_view abbreviation;  // lives as long as the zone
    bool is_dst = false;

    LocalTime local(WallTime t) const { return LocalTime{t.time_since_epoch() + offset}; }
    WallTime utc(LocalTime l) const { return WallTime{l.time_since_epoch() - offset}; }
  };

  enum class Reading { unique, skipped, repeated };

  // The instants that a reading may stand for. With Berlin's 02:30 on 29 March 2026, which does not exist:
  //   before   read with the offset before the change    01:30Z, which is 03:30: the gap's length later
  //   change   the change itself                         01:00Z, which is 03:00: the first instant after the gap
  //   after    read with the offset after the change     00:30Z, which is 01:30
  // Repeated: `before` is the first of the two instants, `after` the second. Unique: all three are the instant.
  struct Lookup {
    Reading reading = Reading::unique;
    WallTime before;
    WallTime change;
    WallTime after;
  };

  // REQUIRES: a table as described there, not empty.
  explicit Zone(Table table);

  static std::shared_ptr<const Zone> utc();

  const std::string& name() const { return name_; }

  // The period that contains t. Constant time, no allocation.
  Period period_at(WallTime t) const;

  LocalTime local(WallTime t) const { return period_at(t).local(t); }

  Lookup lookup(LocalTime reading) const;

 private:
  struct Entry {
    std::int64_t at;
    std::int32_t offset;
    std::uint16_t abbreviation;
    bool is_dst;
  };

  static constexpr std::int64_t cycle_s = 146097LL * 86400;  // 400 Gregorian years are whole days and whole weeks
  static constexpr unsigned bucket_bits = 24;

  std::size_t entry_at(std::int64_t second) const;

  std::string name_;
  std::vector<Entry> entries_;
  std::vector<std::string> abbreviations_;
  std::vector<std::uint16_t> index_;  // of the entry in force where each bucket of time begins
  std::int64_t index_origin_ = 0;
  std::int64_t repeats_from_ = 0;
  bool repeats_ = false;
};

// Inline, because every due time of every calendar asks for a period.

inline std::size_t Zone::entry_at(std::int64_t second) const {
  if (index_.empty() || second < index_origin_) return 0;
  const auto bucket = static_cast<std::size_t>((second - index_origin_) >> bucket_bits);
  std::size_t entry = index_[bucket < index_.size() ? bucket : index_.size() - 1];
  while (entry + 1 < entries_.size() && entries_[entry + 1].at <= second) ++entry;
  return entry;
}

inline Zone::Period Zone::period_at(WallTime t) const {
  const std::int64_t second = std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
  std::int64_t shift = 0;
  if (repeats_ && second >= repeats_from_ + cycle_s) shift = (second - repeats_from_) / cycle_s * cycle_s;
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

}  // namespace belfry
