#include <algorithm>

#include <base/verify.h>
#include <scheduler/segments.h>

namespace belfry {

std::vector<Segment> divide(const Schedule& schedule, const Stretch& stretch) {
  std::vector<Segment> segments;
  WallTime first = stretch.first;
  for (;;) {
    const WallTime last = std::min(stretch.last, schedule.same_verdict_upto(first));
    const auto slots = schedule.slots_in(first - Millis{1}, last);
    VERIFY(slots.has_value());
    auto excluded = schedule.excluded(first);
    if (!segments.empty() && segments.back().excluded == excluded) {
      segments.back().slots.last = slots->last;
      segments.back().slots.count += slots->count;
    } else {
      segments.push_back({.slots = *slots, .excluded = std::move(excluded)});
    }
    if (slots->last == stretch.last) return segments;
    first = schedule.next_after(slots->last).value();
  }
}

// The earliest instant with `count` slots from the first on is the one looked for; a few steps at either end are
// cheaper.
Cut cut(const Schedule& schedule, const Stretch& stretch, std::int64_t count) {
  VERIFY(count >= 1 && count <= stretch.count);
  if (count == stretch.count) return {.older = stretch};
  const WallTime before = stretch.first - Millis{1};
  constexpr std::int64_t few = 8;
  WallTime last = stretch.first;
  if (count <= few) {
    for (std::int64_t i = 1; i < count; ++i) last = schedule.next_after(last).value();
  } else {
    WallTime upto = stretch.last;
    while (last < upto) {
      const WallTime middle = last + (upto - last) / 2;
      const auto slots = schedule.slots_in(before, middle);
      if (slots->count < count) {
        last = middle + Millis{1};
      } else {
        upto = middle;
      }
    }
  }
  return {.older = {.first = stretch.first, .last = last, .count = count},
          .rest = Stretch{
              .first = schedule.next_after(last).value(), .last = stretch.last, .count = stretch.count - count}};
}

std::optional<WallTime> next_allowed(const Schedule& schedule, WallTime t) {
  constexpr int days_max = 1'500;
  for (int day = 0; day < days_max; ++day) {
    const auto next = schedule.next_after(t);
    if (!next || !schedule.excluded(*next)) return next;
    t = schedule.same_verdict_upto(*next);
    if (t == WallTime::max()) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace belfry
