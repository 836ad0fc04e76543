// Other processes, named so that no stranger can be taken for them: by pid and start time, then held by pidfd.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>

#include <belfry/run.h>

#include <base/os.h>

namespace belfry {

// One process of this boot. Pids come round again, a pid with its start time does not.
struct ProcessName {
  pid_t pid = 0;
  std::uint64_t start = 0;  // field 22 of /proc/pid/stat
  bool operator==(const ProcessName&) const = default;
};

struct ProcessFacts {
  pid_t parent = 0;
  pid_t session = 0;
  std::uint64_t start = 0;
  bool is_dead = false;  // a zombie: it executes nothing any more
};

std::optional<ProcessFacts> read_process_facts(pid_t pid);

// A pidfd of exactly this process, or nothing if it is gone. The start time is read after the pidfd holds the process,
// so what is signalled through it is never a later process with the same pid (F24).
std::optional<Fd> hold_process(const ProcessName& name);

// As kill(2) does, but it can only reach the process that is held. One that is dead already is fine.
void signal_process(const Fd& process, int signal);

// How a child that has ended did so; nothing if it is not a child of this process.
std::optional<ProcessEnd> reap_child(const Fd& process);

bool wait_for_end(const Fd& process, std::chrono::milliseconds limit);

}  // namespace belfry
