// What `why` says where there is nothing to tell. Pure.
#pragma once

#include <optional>
#include <string>

#include <belfry/time.h>
#include <belfry/zone.h>

#include <cli/document.h>

namespace belfry::cli {

// The stretch that was asked about; unbounded where nothing is given.
struct AskedSpan {
  std::optional<WallTime> from;
  std::optional<WallTime> to;
  bool is_all() const { return !from && !to; }
};

// What came up to some time is not all known any more: it was pruned (`daemon: keep`), or the ledger was damaged.
// Empty: these slots are from later. REQUIRES: there are rows.
std::string told_of_gaps(const SlotListing& slots, const Zone& zone);

// "nightly-backup has not been due since the daemon first saw it, Thu 2026-11-26 14:30:16 CET." REQUIRES: there are no
// rows.
std::string told_of_no_slots(const std::string& job, const AskedSpan& span, const SlotListing& slots, const Zone& zone);

}  // namespace belfry::cli
