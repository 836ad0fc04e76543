// The last slot of a trigger up to an instant, found with nothing but next_after.
#pragma once

#include <belfry/schedule.h>

namespace belfry {

// Halves the time that is left, so a trigger that is due every second for a year costs some forty questions.
// REQUIRES: `known` is a slot, not later than upto.
inline WallTime last_slot(const Schedule::Rules& rules, WallTime known, WallTime upto) {
  WallTime last = known;
  WallTime bound = upto;  // no slot in (bound, upto]
  while (last < bound) {
    const WallTime middle = last + (bound - last) / 2;
    const auto next = rules.next_after(middle);
    if (next && *next <= upto) {
      last = *next;
    } else {
      bound = middle;
    }
  }
  return last;
}

}  // namespace belfry
