#include <cli/no_slots.h>
#include <cli/phrases.h>

namespace belfry::cli {

namespace {

std::string on(WallTime t, const Zone& zone) { return local_phrase(std::chrono::floor<std::chrono::seconds>(t), zone); }

}  // namespace

std::string told_of_gaps(const SlotListing& slots, const Zone& zone) {
  if (!slots.pruned_upto || slots.rows.back().first > *slots.pruned_upto) return "";
  return "Up to " + on(*slots.pruned_upto, zone) + " not everything is known any more.\n";
}

std::string told_of_no_slots(const std::string& job, const AskedSpan& span, const SlotListing& slots,
                             const Zone& zone) {
  if (!slots.known_since) return "The ledger knows nothing of " + job + ".\n";
  if (span.to && *span.to < *slots.known_since) {
    return "The daemon did not know " + job + " at that time: it saw it first on " + on(*slots.known_since, zone) +
           ".\n";
  }
  const bool is_forgotten = slots.pruned_upto && (!span.from || *span.from <= *slots.pruned_upto);
  if (is_forgotten) {
    return "What became of " + job + " up to " + on(*slots.pruned_upto, zone) +
           " is not all known any more, and it was not due " + (span.to ? "between that and then" : "since") + ".\n";
  }
  if (span.from && *span.from < *slots.known_since) {
    return job + " was not due between " + on(*slots.known_since, zone) + ", when the daemon first saw it, and " +
           (span.to ? "then" : "now") + ".\n";
  }
  if (!span.is_all()) return job + " was not due in that time.\n";
  return job + " has not been due since the daemon first saw it, " + on(*slots.known_since, zone) + ".\n";
}

}  // namespace belfry::cli
