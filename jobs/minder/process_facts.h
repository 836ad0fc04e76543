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

}  // namespace belfry::minder
