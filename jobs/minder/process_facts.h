// What /proc/pid/stat says of a process.
#pragma once

#include <stdint.h>
#include <sys/types.h>

namespace belfry::minder {

struct ProcessFacts {
  pid_t parent = 0;    // 0 if the process is gone
  uint64_t start = 0;  // field 22: with the pid it names one process of this boot, for ever
};

ProcessFacts read_process_facts(pid_t pid);

// The start of a process that was made between these two instants of the boot clock. Where both are in one clock tick,
// /proc need not be asked, which takes longer than most of what a minder does.
uint64_t start_of(pid_t pid, uint64_t not_before_ms, uint64_t not_after_ms);

}  // namespace belfry::minder
