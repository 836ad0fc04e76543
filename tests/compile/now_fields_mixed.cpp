// A Now is put together from three readings that are all just milliseconds to the kernel; one in the wrong place would
// look like a suspend (S16).
// refused: could not convert '{wall, awake, boot}'
#include <belfry/time.h>

belfry::Now reading(belfry::WallTime wall, belfry::BootTime boot, belfry::AwakeTime awake) {
#ifdef MISTAKE
  return {.wall = wall, .boot = awake, .awake = boot};
#else
  return {.wall = wall, .boot = boot, .awake = awake};
#endif
}
