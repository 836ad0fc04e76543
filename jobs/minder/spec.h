// What the daemon ordered, read from the spec file.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

namespace belfry::minder {

// The texts point into the file's pages, which are mapped and not copied: a spec may be megabytes of arguments, and
// after the job's exec the minder gives them back.
struct Spec {
  const char* boot = "";
  const char* cwd = "/";
  mode_t umask = 022;
  uint64_t stop_grace_ms = 10000;
  uint64_t leftovers_grace_ms = 2000;
  char** argv = nullptr;  // both end with a null
  char** env = nullptr;

  void* pages = nullptr;
  size_t pages_size = 0;
  void* vectors = nullptr;
  size_t vectors_size = 0;

  void release();
};

// Reads ./spec. 0, or errno; EBADMSG for a file that is cut off or of another version.
int read_spec(Spec& spec);

// The value of the job's own variable, or null.
const char* job_variable(const Spec& spec, const char* name);

}  // namespace belfry::minder
