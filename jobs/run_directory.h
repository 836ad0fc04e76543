// The run directory: where a daemon, a minder and a later daemon meet. Everything they tell one another for good stands
// in these files; all else (the hint, the minder's pidfd) only says "look again".
//
//   runs/                            the state directory's
//     hints                          datagram socket of the daemon; each datagram is the name of a run directory
//     <run>.<attempt>.<launch>/      0711, the daemon's user's
//       job/                         0700, the job's user's
//       spec       daemon            what to start, and how
//       lock       minder            flock'd for the minder's life, and free the moment it is dead
//       started    minder, recovery  the claim. Who links it first decides whether the launch ever executes
//       output     minder            what the job wrote, byte by byte, stdout and stderr in order of arrival
//       output.index  minder         when each piece of it came, and on which stream
//       exit       minder            the exit record
//
// spec, started and exit are lists of fields `key=value`, each ended by a NUL, so that any value an exec can take can
// stand in them; `tr '\0' '\n' < exit` shows one to a person. The first field names the kind and its version, the last
// one of a whole file is `end=`. A file without `end=` was cut off and counts as not written. Readers skip keys that
// they do not know: a version grows only when a key changes its meaning, because a minder that was started by an old
// daemon goes on under a new one.
//
//   spec     belfry-spec=1
//            boot=            the boot id; the minder repeats it in its claim
//            umask=           octal
//            cwd=             where the job starts
//            stop_grace_ms=   from SIGTERM to SIGKILL when the job is to be stopped
//            leftovers_grace_ms=  the same for what the main process left behind
//            argv=            once per argument, at least one. Without a slash it is looked up in the job's PATH
//            env=             once per variable, NAME=VALUE
//            end=
//
//   started  belfry-claim=1
//            by=              minder | recovery. Recovery's claim has no more fields: nothing ever executes here
//            boot=
//            minder_pid= minder_start=  start: field 22 of /proc/pid/stat, in clock ticks since boot
//            job_pid= job_start=        0 where there is no process: the start failed before the fork
//            end=
//            executing_ms=    appended when exec has succeeded: the wall time of it
//
//   exit     belfry-exit=1
//            kind=            exited | signalled | start_failed
//            code=            the exit code or the signal's number
//            call= path= errno=  start_failed: the call that failed, on what, why
//            by_request=      1: the minder was told to stop the job
//            started_ms= finished_ms=  wall times
//            cpu_user_us= cpu_system_us= memory_peak_bytes=  of the main process and the children it waited for
//            output_bytes=    what the job wrote
//            truncated=       1: not all of it is in `output`
//            leftovers=       processes that outlived the main process
//            complete=        0: leftovers are still being dealt with; the record will be replaced once more
//            end=
//
// `started` and `exit` appear whole or not at all: they are written under another name, then linked or renamed. A claim
// is never deleted and never replaced.
//
// This header is the minder's too: no libstdc++ in it.
#pragma once

#include <stdint.h>

namespace belfry::run_directory {

inline constexpr char hints_socket[] = "hints";
inline constexpr char hints_socket_from_within[] = "../hints";

inline constexpr char job_directory[] = "job";
inline constexpr char spec_file[] = "spec";
inline constexpr char lock_file[] = "lock";
inline constexpr char claim_file[] = "started";
inline constexpr char output_file[] = "output";
inline constexpr char index_file[] = "output.index";
inline constexpr char exit_file[] = "exit";

inline constexpr char spec_kind[] = "belfry-spec";
inline constexpr char claim_kind[] = "belfry-claim";
inline constexpr char exit_kind[] = "belfry-exit";
inline constexpr uint64_t version = 1;

// output.index: one header, then records. Host byte order: a run directory does not travel.
//
// A record speaks of `length` bytes that came at `time_ms` on one stream. `offset` counts the bytes the job wrote
// before them, on both streams; in version 1 that is also their place in `output`. Bytes that belong to a line begun in
// an earlier read may be counted into that read's record, so a line has the time of its first byte. `output` is written
// before its index: bytes beyond the last record do not count.
inline constexpr char index_magic[8] = {'b', 'e', 'l', 'f', 'r', 'y', 'i', 'x'};
inline constexpr uint32_t index_version = 1;
inline constexpr uint32_t index_stdout = 1;
inline constexpr uint32_t index_stderr = 2;

struct IndexHeader {
  char magic[8];
  uint32_t version;
  uint32_t record_size;
};

struct IndexRecord {
  int64_t time_ms;
  uint64_t offset;
  uint32_t length;
  uint32_t stream;
};

static_assert(sizeof(IndexHeader) == 16 && sizeof(IndexRecord) == 24, "the format has no holes");

}  // namespace belfry::run_directory
