// The process's memory as a whole.
//
// A machine seldom says that it has no memory left: it rather kills. But where a process is bounded (ulimit -v,
// vm.overcommit_memory=2) it does, and then a request that is too large is to be refused, and the daemon is to go on
// (F12). Large pieces may fail, and what they were for is given up. Small pieces are needed everywhere, also by
// destructors, where nothing may fail: for them there is a reserve.
#pragma once

#include <new>

namespace belfry {

// After something large was freed: hands the pages that the allocator keeps for later back to the system. Takes
// milliseconds. THREADS: any.
void give_back_free_memory();

// From now on a mebibyte is set aside. The first allocation by `new` that gets none is given that room, with all that
// come after it; one that does not find a place even there throws std::bad_alloc, as ever. Once it is gone, and cannot
// be had again, so does every other. REQUIRES: no other thread yet.
void keep_memory_reserve();

enum class MemoryNews {
  none,
  ran_out,  // since the last call; the reserve may be whole again
  is_back,  // the reserve, which was gone at the last call
};
// Sets the reserve aside again where it was used. Takes no time where it was not. THREADS: one.
MemoryNews renew_memory_reserve();

// Does the work. False: there was no memory for it, and it ended in its middle. The one place where this is caught.
// REQUIRES: nothing is left half done that matters.
template <class Work>
bool with_memory(const Work& work) {
  try {
    work();
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

}  // namespace belfry
