#include <time.h>

#include <jobs/minder/time.h>

namespace belfry::minder {
namespace {

uint64_t read_ms(clockid_t clock) {
  struct timespec now = {};
  clock_gettime(clock, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000 + static_cast<uint64_t>(now.tv_nsec) / 1000000;
}

}  // namespace

uint64_t wall_ms() { return read_ms(CLOCK_REALTIME); }
uint64_t boot_ms() { return read_ms(CLOCK_BOOTTIME); }

}  // namespace belfry::minder
