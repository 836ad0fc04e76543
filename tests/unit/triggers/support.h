// Shorthands of this folder: zones of the system, instants and slots as text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <base/text.h>
#include <base/zones.h>
#include <triggers/local_text.h>
#include <triggers/parse.h>

namespace belfry::tests {

inline std::shared_ptr<const Zone> zone(std::string_view name) {
  static ZoneCache cache;
  auto found = cache.find(name);
  REQUIRE_MESSAGE(found.has_value(), found.error().what);
  return *found;
}

inline WallTime at(std::string_view text) {
  const auto t = parse_rfc3339(text);
  REQUIRE_MESSAGE(t.has_value(), t.error().what);
  return *t;
}

inline ScheduleContext in(std::string_view zone_name, DstPolicy dst = {}) {
  return {.zone = zone(zone_name), .job = "job", .dst = dst};
}

inline Schedule schedule(const Parsed<Schedule>& parsed) {
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error().message());
  return *parsed;
}

// The next `count` slots after an instant, in UTC.
inline std::vector<std::string> next_utc(const Schedule& schedule, WallTime t, int count) {
  std::vector<std::string> slots;
  for (int i = 0; i < count; ++i) {
    const auto next = schedule.next_after(t);
    if (!next) break;
    slots.push_back(format_utc(*next));
    t = *next;
  }
  return slots;
}

using Texts = std::vector<std::string>;

}  // namespace belfry::tests
