// What a process may ask of the kernel for itself, without a control group: descriptors, and how early it goes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <belfry/process_settings.h>

namespace belfry {

// To which words of `limits: io` the machine pays attention.
enum class IoAttention { all, idle_only, none };

struct ProcessBounds {
  int nice_min = -20;
  int nice_max = 19;
  std::uint64_t open_files_max = UINT64_MAX;
  bool may_set_io = true;
  IoAttention io = IoAttention::all;
};

// Of the calling thread, whose children jobs are. Tries the calls, with what is in force already: a filter of system
// calls refuses them in any case.
ProcessBounds find_process_bounds();

// Of the names in sysfs: priorities are the business of each disk's I/O scheduler, or of the kernel's cost model for it
// (`cost_model`: the content of io.cost.qos). The best of the disks counts.
IoAttention find_io_attention(const std::string& block_devices = "/sys/block",
                              const std::string& cost_model = "/sys/fs/cgroup/io.cost.qos");

// Whether a word makes a difference there. `normal` is what there is anyway.
bool is_heeded(IoPriority word, IoAttention attention);

}  // namespace belfry
