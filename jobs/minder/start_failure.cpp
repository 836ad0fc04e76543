#include <jobs/minder/start_failure.h>

namespace belfry::minder {

const char* call_name(StartFailure::Call call) {
  static constexpr const char* names[] = {"",          "open",        "pipe",       "fork",        "read",
                                          "claim",     "chdir",       "exec",       "interpreter", "directory",
                                          "mode",      "setgroups",   "setgid",     "setuid",      "identity",
                                          "setrlimit", "setpriority", "ioprio_set", "only_if",     "stopped"};
  static_assert(sizeof names / sizeof names[0] == StartFailure::stopped + 1);
  return names[call];
}

}  // namespace belfry::minder
