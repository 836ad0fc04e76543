// Exit codes, exactly as the manual lists them.
#pragma once

#include <belfry/error.h>
#include <belfry/run.h>

namespace belfry::cli {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_not_found = 3;    // no such job or run
inline constexpr int exit_unreachable = 4;  // no daemon
inline constexpr int exit_refused = 5;      // overlap, queue full
inline constexpr int exit_not_allowed = 6;
inline constexpr int exit_busy = 75;       // another daemon
inline constexpr int exit_bad_input = 78;  // the file, an expression, a listen setting
inline constexpr int exit_timed_out = 124;
inline constexpr int exit_lost = 125;
inline constexpr int exit_start_failed = 126;
inline constexpr int exit_signal_base = 128;

int exit_code_of(ErrorKind kind);

// What `run --wait` ends with: the job's own code, or how else the run ended. REQUIRES: the run is closed.
int exit_code_of(const Run& run);

}  // namespace belfry::cli
