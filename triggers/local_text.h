// Readings and offsets as text.
#pragma once

#include <string>

#include <belfry/zone.h>

namespace belfry {

std::string date_text(LocalTime reading);     // "2026-03-29"
std::string time_text(LocalTime reading);     // "02:30", with seconds and milliseconds where they are not zero
std::string reading_text(LocalTime reading);  // "2026-03-29 02:30"

// RFC 3339 with the zone's offset at that instant: "2026-03-29T03:00:00+02:00". An offset that is not whole minutes
// (they end in the 1970s) is rounded towards zero, as RFC 3339 has no room for its seconds.
std::string format_local(WallTime t, const Zone& zone);

}  // namespace belfry
