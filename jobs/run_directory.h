// The run directory: where a daemon, a minder and a later daemon meet. Everything they tell one another for good stands
// in these files; all else (the hint, the minder's pidfd, the line of jobs/line.h) only says "look again" or "look
// here".
//
//   runs/                            the state directory's
//     hints                          datagram socket of the daemon; each datagram is the name of a run directory
//     <run>.<attempt>.<launch>/      0711, the daemon's user's
//       job/                         0700, the job's user's: what a job leaves for the daemon, which trusts none of it
//         progress job               how far it is, `80 uploading`: what `belfry progress` writes (BELFRY_PROGRESS)
//         result   job               the run's result (BELFRY_RESULT)
//         checkpoint  job            kept for the next attempt of the run (BELFRY_CHECKPOINT)
//       spec       daemon            what to start, and how. The minder holds an flock on it until it is dead, or
//                                    everything about the run is on record
//       input      daemon            what the job reads as its standard input, if not /dev/null
//       started    minder, recovery  the claim. Who links it first decides whether the launch ever executes
//       output     minder            what the job wrote, byte by byte, stdout and stderr in order of arrival; made, as
//                                    its index is, when there is something
//       output.index  minder         when each piece of it came, and on which stream
//       progress   minder            the last `::progress 80 text` line of the job's stdout
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
//            stop_signal=     its number; what a job gets that is to be stopped
//            stop_grace_ms=   from there to SIGKILL; 0: SIGKILL at once
//            time_limit_ms=   from its release on; none: it may run for ever
//            limit_reason=    timeout | deadline: what the record says when that limit has ended it
//            start_deadline_ms=   how long a machine without room for a process is asked again
//            leftovers=       kill | wait | leave: what becomes of processes that outlive the main one
//            leftovers_grace_ms=  kill: from the stop signal to SIGKILL
//            output_max=      bytes of output that are kept
//            input=           1: there is an `input`
//            only_if=         a script for sh -eu that is asked first, as the job; where it fails, nothing executes
//            user= uid= gid= groups=  as whom it runs, the groups with commas; none: as the minder
//            open_files= nice= io=    setrlimit, setpriority and ioprio_set, where they are given
//            cgroup=          a directory of cgroup v2 in which the attempt gets one of its own
//            memory_max= cpu_max= pids_max= io_weight=  what is written to its memory.max, cpu.max, ...
//            journal= job=    the socket of systemd's journal, and the name its entries go by: each line goes there too
//            argv=            once per argument, at least one. Without a slash it is looked up in the job's PATH
//            env=             once per variable, NAME=VALUE
//            end=
//
//   What is secret stands in none of these files. Where a job has secrets, the minder inherits a descriptor of a file
//   that is only in memory, and is told its number (--secrets):
//
//            belfry-secrets=1
//            env=             once per variable that has a secret in its value, NAME=VALUE
//            hide=            once per secret: not to be seen in what the job writes
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
//            kind=            exited | signalled | start_failed | condition
//            code=            the exit code or the signal's number; condition: the exit code of `only_if`
//            call= path= errno=  start_failed: the call that failed, on what, why
//            by_request=      1: the minder was told to stop the job
//            limit=           timeout | deadline: that limit has ended it
//            oom_kills=       how many of its processes the kernel killed for want of memory
//            containment=     cgroup | session: what held the tree together
//            unlimited=       which limits could not be put in force: "memory cpu pids"
//            started_ms= finished_ms=  wall times
//            cpu_user_us= cpu_system_us= memory_peak_bytes=  of the main process and the children it waited for
//            output_bytes=    what the job wrote
//            output_dropped=  how many of these bytes are not kept
//            truncated=       1: because they could not be written; errno says why: truncated_errno=
//            leftovers=       processes that outlived the main process
//            complete=        0: leftovers are still being dealt with; the record will be replaced once more
//            end=
//
//   progress belfry-progress=1
//            text=            what stood behind `::progress `
//            at_ms=           wall time
//            end=
//
// A callable has no minder. Its directory is made when it first writes something, by the daemon, and holds `output`,
// `output.index` and job/ alone; what became of it stands in the journal of calls (jobs/call_journal.h).
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
inline constexpr char input_file[] = "input";
inline constexpr char lock_file[] = "spec";
inline constexpr char claim_file[] = "started";
inline constexpr char output_file[] = "output";
inline constexpr char index_file[] = "output.index";
inline constexpr char exit_file[] = "exit";
inline constexpr char progress_file[] = "progress";  // also the job's own, in its directory
inline constexpr char result_file[] = "result";
inline constexpr char checkpoint_file[] = "checkpoint";

inline constexpr char spec_kind[] = "belfry-spec";
inline constexpr char secrets_kind[] = "belfry-secrets";
inline constexpr char claim_kind[] = "belfry-claim";
inline constexpr char exit_kind[] = "belfry-exit";
inline constexpr char progress_kind[] = "belfry-progress";
inline constexpr uint64_t version = 1;

// output.index: one header, then records. Host byte order: a run directory does not travel.
//
// A record speaks of `length` bytes that came at `time_ms` on one stream. `offset` counts the bytes the job wrote
// before them on both streams, `stream_offset` those on this stream alone. Bytes that belong to a line begun in an
// earlier read may be counted into that read's record, so a line has the time of its first byte. `output` is written
// before its index: bytes beyond the last record do not count.
//
// Both files are bounded: a head that stays, and behind it a ring in which the new overwrites the old (S30).
//   byte n    is at n in `output` if n < head_bytes, else at head_bytes + (n - head_bytes) % ring_bytes. Of the ring,
//             the last window_bytes count: what is a little older may be overwritten while somebody reads it.
//   record i  is at i if i < head_records, else at head_records + (i - head_records) % ring_records. A byte that no
//             record speaks of does not count.
inline constexpr char index_magic[8] = {'b', 'e', 'l', 'f', 'r', 'y', 'i', 'x'};
inline constexpr uint32_t index_version = 2;
inline constexpr uint32_t index_stdout = 1;
inline constexpr uint32_t index_stderr = 2;

struct IndexHeader {
  char magic[8];
  uint32_t version;
  uint32_t record_size;
  uint64_t head_bytes;
  uint64_t ring_bytes;
  uint64_t window_bytes;
  uint64_t head_records;
  uint64_t ring_records;
  uint64_t reserved;
};

// 32 bytes and aligned to them: none lies across two pages, so a reader sees it whole.
struct IndexRecord {
  int64_t time_ms;
  uint64_t offset;
  uint64_t stream_offset;
  uint32_t length;
  uint32_t stream;
};

static_assert(sizeof(IndexHeader) == 64 && sizeof(IndexRecord) == 32, "the format has no holes");

// The bounds for a job of which `output_max` bytes are kept: what a header says, and a writer obeys.
constexpr IndexHeader index_header(uint64_t output_max) {
  constexpr uint64_t head_max = 1U << 20U;
  constexpr uint64_t slack_max = 1U << 16U;
  IndexHeader header{};
  for (int i = 0; i < 8; ++i) header.magic[i] = index_magic[i];
  header.version = index_version;
  header.record_size = sizeof(IndexRecord);
  header.head_bytes = output_max / 2 < head_max ? output_max / 2 : head_max;
  header.ring_bytes = output_max - header.head_bytes;
  header.window_bytes = header.ring_bytes - (header.ring_bytes / 8 < slack_max ? header.ring_bytes / 8 : slack_max);
  header.head_records = 1024 + header.head_bytes / 128;
  header.ring_records = 1024 + header.ring_bytes / 128;
  return header;
}

}  // namespace belfry::run_directory
