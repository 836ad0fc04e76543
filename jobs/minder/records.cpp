#include <sys/wait.h>

#include <jobs/minder/draft.h>
#include <jobs/minder/records.h>
#include <jobs/run_directory.h>

namespace belfry::minder {
namespace {

constexpr char exit_draft[] = "exit.new";
constexpr char progress_draft[] = "progress.new";

void add_failure(FieldWriter& fields, const ExitRecord& record) {
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

void add_end(FieldWriter& fields, const ExitRecord& record) {
  const bool exited = WIFEXITED(record.status);
  fields.text("kind", exited ? "exited" : "signalled");
  fields.number("code", static_cast<uint64_t>(exited ? WEXITSTATUS(record.status) : WTERMSIG(record.status)));
}

uint64_t microseconds(const struct timeval& time) {
  return static_cast<uint64_t>(time.tv_sec) * 1000000 + static_cast<uint64_t>(time.tv_usec);
}

}  // namespace

bool write_exit_record(const ExitRecord& record) {
  FieldWriter& fields = draft_fields();
  fields.number(run_directory::exit_kind, run_directory::version);
  record.failure.call != StartFailure::none ? add_failure(fields, record) : add_end(fields, record);
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
  return replace_file(run_directory::exit_file, exit_draft);
}

bool write_progress(const char* text, uint64_t wall_ms) {
  FieldWriter& fields = draft_fields();
  fields.number(run_directory::progress_kind, run_directory::version);
  fields.text("text", text);
  fields.number("at_ms", wall_ms);
  fields.text("end", "");
  return replace_file(run_directory::progress_file, progress_draft);
}

}  // namespace belfry::minder
