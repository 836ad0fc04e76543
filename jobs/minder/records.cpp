#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jobs/minder/fields.h>
#include <jobs/minder/process_facts.h>
#include <jobs/minder/records.h>
#include <jobs/run_directory.h>

namespace belfry::minder {
namespace {

constexpr char claim_draft[] = "started.minder";
constexpr char exit_draft[] = "exit.new";
constexpr char progress_draft[] = "progress.new";

FieldWriter fields;

int write_draft(const char* name) {
  unlink(name);
  const int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return -1;
  const ssize_t n = write(fd, fields.data(), fields.size());
  if (n == static_cast<ssize_t>(fields.size())) return fd;
  const int error = n < 0 ? errno : ENOSPC;
  close(fd);
  errno = error;
  return -1;
}

void write_failure(const ExitRecord& record) {
  if (record.failure.call == StartFailure::condition) {
    fields.text("kind", "condition");
    fields.number("code", static_cast<uint64_t>(record.failure.error));
    return;
  }
  fields.text("kind", "start_failed");
  fields.text("call", call_name(record.failure.call));
  fields.text("path", record.path);
  fields.number("errno", static_cast<uint64_t>(record.failure.error));
}

void write_end(const ExitRecord& record) {
  const bool exited = WIFEXITED(record.status);
  fields.text("kind", exited ? "exited" : "signalled");
  fields.number("code", static_cast<uint64_t>(exited ? WEXITSTATUS(record.status) : WTERMSIG(record.status)));
}

uint64_t microseconds(const struct timeval& time) {
  return static_cast<uint64_t>(time.tv_sec) * 1000000 + static_cast<uint64_t>(time.tv_usec);
}

}  // namespace

int Claim::take(const char* boot, pid_t job) {
  fields.clear();
  fields.number(run_directory::claim_kind, run_directory::version);
  fields.text("by", "minder");
  fields.text("boot", boot);
  fields.number("minder_pid", static_cast<uint64_t>(getpid()));
  fields.number("minder_start", read_process_facts(getpid()).start);
  fields.number("job_pid", static_cast<uint64_t>(job));
  fields.number("job_start", job == 0 ? 0 : read_process_facts(job).start);
  fields.text("end", "");
  fd_ = write_draft(claim_draft);
  if (fd_ < 0) return errno;
  const int error = linkat(AT_FDCWD, claim_draft, AT_FDCWD, run_directory::claim_file, 0) == 0 ? 0 : errno;
  unlink(claim_draft);
  return error;
}

void Claim::note_executing(uint64_t wall_ms) {
  fields.clear();
  fields.number("executing_ms", wall_ms);
  (void)!write(fd_, fields.data(), fields.size());
  close(fd_);
  fd_ = -1;
}

bool write_exit_record(const ExitRecord& record) {
  fields.clear();
  fields.number(run_directory::exit_kind, run_directory::version);
  record.failure.call != StartFailure::none ? write_failure(record) : write_end(record);
  fields.number("by_request", record.by_request);
  if (record.limit != Limit::none) fields.text("limit", record.limit == Limit::timeout ? "timeout" : "deadline");
  fields.number("oom_kills", record.oom_kills);
  fields.text("containment", record.has_cgroup ? "cgroup" : "session");
  if (record.unlimited[0] != '\0') fields.text("unlimited", record.unlimited);
  fields.number("started_ms", record.started_ms);
  fields.number("finished_ms", record.finished_ms);
  fields.number("cpu_user_us", microseconds(record.usage.ru_utime));
  fields.number("cpu_system_us", microseconds(record.usage.ru_stime));
  fields.number("memory_peak_bytes", static_cast<uint64_t>(record.usage.ru_maxrss) * 1024);
  fields.number("output_bytes", record.output_bytes);
  fields.number("output_dropped", record.output_dropped);
  fields.number("truncated", record.truncated_errno != 0);
  fields.number("truncated_errno", static_cast<uint64_t>(record.truncated_errno));
  fields.number("leftovers", static_cast<uint64_t>(record.leftovers));
  fields.number("complete", record.complete);
  fields.text("end", "");
  const int fd = write_draft(exit_draft);
  if (fd < 0) return false;
  close(fd);
  return rename(exit_draft, run_directory::exit_file) == 0;
}

bool write_progress(const char* text, uint64_t wall_ms) {
  fields.clear();
  fields.number(run_directory::progress_kind, run_directory::version);
  fields.text("text", text);
  fields.number("at_ms", wall_ms);
  fields.text("end", "");
  const int fd = write_draft(progress_draft);
  if (fd < 0) return false;
  close(fd);
  return rename(progress_draft, run_directory::progress_file) == 0;
}

}  // namespace belfry::minder
