// System calls of a tracee that do not happen, and give an error instead. For x86-64; elsewhere nothing is injected.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace belfry::storm {

#ifdef __x86_64__
inline constexpr bool can_inject = true;
#else
inline constexpr bool can_inject = false;
#endif

// Which calls fail, and how.
struct Fault {
  std::vector<long> calls;
  int error = 0;
  std::string file;  // a part of the name of the file that the call is about, by descriptor or by path; empty: any
};

// A call at its entry.
struct Call {
  long number = 0;
  std::uint64_t arguments[6] = {};
};

bool is_hit(pid_t tracee, const Call& call, const Fault& fault);

// At the entry of a call: it will not happen. At its exit: what it gives.
void skip_call(pid_t tracee);
void give_error(pid_t tracee, int error);

}  // namespace belfry::storm
