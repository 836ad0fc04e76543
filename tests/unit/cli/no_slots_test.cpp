#include <doctest/doctest.h>

#include <base/text.h>
#include <cli/no_slots.h>

using namespace belfry;
using namespace belfry::cli;

namespace {

WallTime at(std::string_view text) { return parse_rfc3339(text).value(); }

std::string told(const AskedSpan& span, const SlotListing& slots) {
  return told_of_no_slots("backup", span, slots, *Zone::utc());
}

}  // namespace

TEST_CASE("cli/no_slots: S1 where there is nothing to tell it is said since when, and why") {
  SlotListing slots;
  CHECK(told({}, slots) == "The ledger knows nothing of backup.\n");

  slots.known_since = at("2026-11-20T10:00:00.250Z");
  CHECK(told({}, slots) == "backup has not been due since the daemon first saw it, Fri 2026-11-20 10:00:00 UTC.\n");
  CHECK(told({.from = at("2026-11-21T00:00:00Z")}, slots) == "backup was not due in that time.\n");
  CHECK(told({.to = at("2026-11-21T00:00:00Z")}, slots) == "backup was not due in that time.\n");
  CHECK(told({.from = at("2026-11-19T00:00:00Z")}, slots) ==
        "backup was not due between Fri 2026-11-20 10:00:00 UTC, when the daemon first saw it, and now.\n");
  CHECK(told({.to = at("2026-11-20T09:00:00Z")}, slots) ==
        "The daemon did not know backup at that time: it saw it first on Fri 2026-11-20 10:00:00 UTC.\n");

  slots.pruned_upto = at("2026-11-22T00:00:00Z");
  CHECK(
      told({}, slots) ==
      "What became of backup up to Sun 2026-11-22 00:00:00 UTC is not all known any more, and it was not due since.\n");
  CHECK(told({.to = at("2026-11-21T00:00:00Z")}, slots).find("is not all known any more") != std::string::npos);
  CHECK(told({.from = at("2026-11-23T00:00:00Z")}, slots) == "backup was not due in that time.\n");
}

TEST_CASE("cli/no_slots: F07 slots from a time of which not everything is known are told with that") {
  SlotListing slots;
  slots.rows = {{.first = at("2026-11-20T10:00:00Z"), .last = at("2026-11-20T10:00:00Z")},
                {.first = at("2026-11-20T09:00:00Z"), .last = at("2026-11-20T09:30:00Z")}};
  CHECK(told_of_gaps(slots, *Zone::utc()).empty());
  slots.pruned_upto = at("2026-11-20T08:00:00Z");
  CHECK(told_of_gaps(slots, *Zone::utc()).empty());
  slots.pruned_upto = at("2026-11-20T09:10:00Z");
  CHECK(told_of_gaps(slots, *Zone::utc()) == "Up to Fri 2026-11-20 09:10:00 UTC not everything is known any more.\n");
}
