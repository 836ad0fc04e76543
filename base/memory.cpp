#include <malloc.h>

#include <base/memory.h>

namespace belfry {

void give_back_free_memory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

}  // namespace belfry
