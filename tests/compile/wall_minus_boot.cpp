// The difference between two clocks means nothing by itself: taken for elapsed time it turns a clock step into a burst
// of runs (S16).
// refused: no match for 'operator-'
#include <belfry/time.h>

belfry::Millis elapsed(const belfry::Now& before, const belfry::Now& after) {
#ifdef MISTAKE
  return after.wall - before.boot;
#else
  return after.boot - before.boot;
#endif
}
