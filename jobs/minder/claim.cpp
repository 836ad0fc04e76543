#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <jobs/minder/claim.h>
#include <jobs/minder/draft.h>
#include <jobs/minder/fields.h>
#include <jobs/minder/process_facts.h>
#include <jobs/minder/time.h>
#include <jobs/run_directory.h>

namespace belfry::minder {
namespace {

constexpr char draft_name[] = "started.minder";

// Of this process, which may take many claims.
uint64_t own_start() {
  static uint64_t start = 0;
  if (start == 0) start = read_process_facts(getpid()).start;
  return start;
}

}  // namespace

int Claim::prepare() {
  minder_ = getpid();
  minder_start_ = own_start();
  fd_ = create_draft(draft_name);
  return fd_ >= 0 ? 0 : errno;
}

void Claim::expect_process() { process_made_after_ms_ = boot_ms(); }

int Claim::take(const char* boot, pid_t job) {
  FieldWriter& fields = draft_fields();
  fields.number(run_directory::claim_kind, run_directory::version);
  fields.text("by", "minder");
  fields.text("boot", boot);
  fields.number("minder_pid", static_cast<uint64_t>(minder_));
  fields.number("minder_start", minder_start_);
  fields.number("job_pid", static_cast<uint64_t>(job));
  fields.number("job_start", job == 0 ? 0 : start_of(job, process_made_after_ms_, boot_ms()));
  fields.text("end", "");
  const bool is_taken = write_draft(fd_) && linkat(AT_FDCWD, draft_name, AT_FDCWD, run_directory::claim_file, 0) == 0;
  const int error = is_taken ? 0 : errno;
  unlink(draft_name);
  return error;
}

void Claim::note_executing(uint64_t wall_ms) {
  draft_fields().number("executing_ms", wall_ms);
  (void)write_draft(fd_);
  close(fd_);
  fd_ = -1;
}

}  // namespace belfry::minder
