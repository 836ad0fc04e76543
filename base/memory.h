// The process's memory as a whole.
#pragma once

namespace belfry {

// After something large was freed: hands the pages that the allocator keeps for later back to the system. Takes
// milliseconds. THREADS: any.
void give_back_free_memory();

}  // namespace belfry
