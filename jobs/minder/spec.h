// What the daemon ordered, read from the spec file.
#pragma once

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <jobs/minder/secrets.h>

namespace belfry::minder {

enum class Leftovers { kill, wait, leave };
enum class Limit { none, timeout, deadline };

// As whom the job runs.
struct Identity {
  static constexpr size_t groups_max = 256;

  const char* name = nullptr;  // null: as the minder
  uid_t uid = 0;
  gid_t gid = 0;
  gid_t groups[groups_max] = {};
  size_t group_count = 0;
};

// What binds each process of the job, and they hand on to their children. -1: as the minder.
struct Bounds {
  int64_t open_files = -1;
  int nice = 0;
  bool has_nice = false;
  int io = -1;  // as ioprio_set wants it
};

// What is written to the attempt's cgroup, in the words of the kernel. Empty: no bound.
struct CgroupLimits {
  const char* memory_max = "";
  const char* cpu_max = "";
  const char* pids_max = "";
  const char* io_weight = "";
};

// The texts point into the file's own text. Of a long one, for a spec may be megabytes of arguments, the pages are
// mapped and not copied, and the minder gives them back after the job's exec.
struct Spec {
  const char* boot = "";
  const char* cwd = "/";
  mode_t umask = 022;
  int stop_signal = SIGTERM;
  uint64_t stop_grace_ms = 10000;
  uint64_t time_limit_ms = 0;
  Limit limit = Limit::none;
  uint64_t start_deadline_ms = 0;
  Leftovers leftovers = Leftovers::kill;
  uint64_t leftovers_grace_ms = 2000;
  uint64_t output_max = 10U << 20U;
  bool has_input = false;
  const char* only_if = nullptr;
  Identity identity;
  Bounds bounds;
  const char* cgroup = nullptr;
  CgroupLimits cgroup_limits;
  const char* journal = nullptr;
  const char* job = "";
  char** argv = nullptr;  // both end with a null
  char** env = nullptr;
  bool has_secrets = false;  // some variables stand elsewhere, in memory that nobody may look into

  char* text = nullptr;
  size_t text_size = 0;
  char** vectors = nullptr;
  size_t vectors_size = 0;

  // After this, of its texts and vectors nothing may be used any more.
  void release();
};

// Reads ./spec, and takes the variables with secrets in. 0, or errno; EBADMSG for a file that is cut off or of another
// version.
int read_spec(Spec& spec, const Secrets& secrets);

// The value of the job's own variable, or null.
const char* job_variable(const Spec& spec, const char* name);

}  // namespace belfry::minder
