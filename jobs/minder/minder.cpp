#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <jobs/minder/minder.h>
#include <jobs/minder/time.h>
#include <jobs/run_directory.h>

namespace belfry::minder {
namespace {

constexpr uint64_t record_pause_ms = 1000;
constexpr uint64_t fork_pause_first_ms = 50;
constexpr uint64_t fork_pause_max_ms = 5000;
constexpr uint64_t sleep_max_ms = 1000000;

Trouble trouble(StartFailure::Call call, const char* path, int error) { return {{call, error}, path}; }

// Held until the minder is dead, or has everything on record and goes to another run. False: somebody else is at work
// in this directory.
bool take_lock() {
  const int fd = open(run_directory::lock_file, O_RDWR | O_CLOEXEC);
  return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
}

// The kernel looks at that before it looks at the room for the name.
bool is_directory_removed() {
  char no_room[1];
  return getcwd(no_room, sizeof no_room) == nullptr && errno == ENOENT;
}

uint64_t left_until(uint64_t due_at) {
  const uint64_t now = boot_ms();
  return due_at > now ? due_at - now : 0;
}

// Somebody else has the claim, and whatever there is to say is theirs to say.
bool is_claimed_by_recovery(const Trouble& found) {
  return found.failure.call == StartFailure::claim_call && found.failure.error == EEXIST;
}

}  // namespace

int Minder::run(int secrets_fd) {
  Trouble found = prepare(secrets_fd);
  if (!found) found = start_job();
  capture_.close_job_ends();
  if (found) {
    cgroup_.remove();
    return is_claimed_by_recovery(found) ? 0 : put_on_record(found);
  }
  phase_ = Phase::running;
  if (spec_.limit != Limit::none) limit_at_ = boot_ms() + spec_.time_limit_ms;
  if (job_.is_settled()) note_exec_result();
  while (phase_ != Phase::over || record_is_due_) turn();
  return 0;
}

Trouble Minder::prepare(int secrets_fd) {
  if (const int error = secrets_.take(secrets_fd)) return trouble(StartFailure::read_call, "the secrets", error);
  if (const Trouble found = post_.take_up()) return found;
  if (!take_lock()) return trouble(StartFailure::open_call, run_directory::lock_file, errno);
  if (const int error = read_spec(spec_, secrets_))
    return trouble(StartFailure::read_call, run_directory::spec_file, error);
  has_been_special_ = spec_.has_secrets || spec_.identity.name != nullptr;
  if (post_.place() == Place::beside_daemon) {
    if (const Trouble found = open_capture()) return found;
  }
  if (const Trouble found = open_input()) return found;
  open_journal();
  cgroup_.open(spec_.cgroup, name_, spec_.cgroup_limits);
  const int error = claim_.prepare();
  return error == 0 ? Trouble{} : trouble(StartFailure::claim_call, run_directory::claim_file, error);
}

Trouble Minder::open_capture() {
  secrets_.hide_in(capture_.redactor());
  const int error = capture_.open(spec_.output_max);
  return error == 0 ? Trouble{} : trouble(StartFailure::pipe_call, "", error);
}

Trouble Minder::open_input() {
  if (!spec_.has_input) return {};
  input_ = open(run_directory::input_file, O_RDONLY | O_CLOEXEC);
  return input_ >= 0 ? Trouble{} : trouble(StartFailure::open_call, run_directory::input_file, errno);
}

// The run's id is the first part of the directory's name.
void Minder::open_journal() {
  char run[64] = {};
  const size_t length = strcspn(name_, ".");
  if (spec_.journal == nullptr || length >= sizeof run) return;
  memcpy(run, name_, length);
  journal_.open(spec_.journal, spec_.job, run);
  if (journal_.is_open()) capture_.also_to(journal_);
}

// A machine without room for one more process has it again in a while (S29).
Trouble Minder::start_job() {
  const uint64_t give_up_at = boot_ms() + spec_.start_deadline_ms;
  const JobStreams streams = {input_, capture_.job_output(), capture_.job_errors()};
  for (uint64_t pause = fork_pause_first_ms;; pause = pause * 2 < fork_pause_max_ms ? pause * 2 : fork_pause_max_ms) {
    read_signals();
    listen();
    if (stop_asked_) return trouble(StartFailure::stopped, "", 0);
    const StartFailure failure = job_.start({spec_, streams, cgroup_, claim_});
    const bool has_no_room =
        failure.call == StartFailure::fork_call && (failure.error == EAGAIN || failure.error == ENOMEM);
    if (!has_no_room || left_until(give_up_at) == 0) {
      return {failure, failure.call == StartFailure::claim_call ? run_directory::claim_file : ""};
    }
    const uint64_t left = left_until(give_up_at);
    struct pollfd ready[2] = {{post_.signals(), POLLIN, 0}, {post_.line().fd(), POLLIN, 0}};
    poll(ready, 2, static_cast<int>(pause < left ? pause : left));
  }
}

// The start has failed, and no process of the job is left: the claim says that it never will execute, the record says
// why. Where even that cannot be written, the exit code says it.
int Minder::put_on_record(const Trouble& found) {
  record_.failure = found.failure;
  record_.path = found.path;
  const bool is_on_record = claim_.prepare() == 0 && claim_.take(spec_.boot, 0) == 0 && write_exit_record(record_);
  return is_on_record ? 0 : found.failure.error;
}

void Minder::turn() {
  struct pollfd ready[5] = {{post_.signals(), POLLIN, 0},
                            {job_.result_fd(), POLLIN, 0},
                            {capture_.fd(0), POLLIN, 0},
                            {capture_.fd(1), POLLIN, 0},
                            {post_.line().fd(), POLLIN, 0}};
  poll(ready, 5, timeout_ms());
  if (ready[1].revents != 0) note_exec_result();  // before the signals: a job that is over has executed
  if (ready[2].revents != 0) capture_.read_some(0);
  if (ready[3].revents != 0) capture_.read_some(1);
  if (ready[0].revents != 0) read_signals();
  if (ready[4].revents != 0) listen();
  take_due_times();
}

int Minder::timeout_ms() const {
  uint64_t timeout = sleep_max_ms;
  const auto at_most = [&timeout](uint64_t ms) { timeout = ms < timeout ? ms : timeout; };
  if (hint_.due_at() != 0) at_most(left_until(hint_.due_at()));
  if (capture_.progress().due_at() != 0) at_most(left_until(capture_.progress().due_at()));
  if (record_is_due_) at_most(record_pause_ms);
  if (limit_at_ != 0) at_most(left_until(limit_at_));
  if (ladder_.due_at() != 0) at_most(left_until(ladder_.due_at()));
  return timeout == sleep_max_ms && limit_at_ == 0 && ladder_.due_at() == 0 ? -1 : static_cast<int>(timeout);
}

void Minder::take_due_times() {
  if (hint_.due_at() != 0 && left_until(hint_.due_at()) == 0) hint_.send();
  const uint64_t progress_due_at = capture_.progress().due_at();
  if (progress_due_at != 0 && left_until(progress_due_at) == 0 && capture_.progress().write_out()) hint_.send();
  if (stop_asked_) stop();
  if (limit_at_ != 0 && left_until(limit_at_) == 0) take_time_limit();
  if (ladder_.due_at() != 0 && left_until(ladder_.due_at()) == 0) ladder_.kill();
  if (phase_ == Phase::stopping && main_is_over_ && ladder_.is_at_its_end()) deal_with_leftovers();
  if (record_is_due_) write_record();
}

void Minder::read_signals() {
  struct signalfd_siginfo info = {};
  bool has_child_ended = false;
  while (read(post_.signals(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    if (info.ssi_signo == SIGTERM) stop_asked_ = true;
    if (info.ssi_signo == SIGCHLD) has_child_ended = true;
  }
  if (has_child_ended && phase_ != Phase::starting) reap();
}

// Who is told by signal is told by somebody who has no line: a later daemon, or a person.
void Minder::listen() {
  if (post_.line().listen() == Line::Word::stop) stop_asked_ = true;
}

void Minder::note_exec_result() {
  record_.failure = job_.read_result();
  if (record_.failure.call != StartFailure::none) {
    record_.path = spec_.argv[0];
    if (record_.failure.call == StartFailure::chdir_call) record_.path = spec_.cwd;
    if (record_.failure.call >= StartFailure::setgroups_call) record_.path = spec_.identity.name;
    if (record_.path == nullptr) record_.path = "";
    return;
  }
  record_.started_ms = wall_ms();
  claim_.note_executing(record_.started_ms);
  spec_.release();
  hint_.send_later();
}

// Somebody wants it to end. What has outlived the main process is no longer waited for either.
void Minder::stop() {
  stop_asked_ = false;
  if (phase_ == Phase::leftovers) ladder_.begin(spec_.stop_signal, spec_.leftovers_grace_ms);
  if (phase_ != Phase::running || main_is_over_) return;
  record_.by_request = true;
  begin_stopping();
}

void Minder::take_time_limit() {
  if (phase_ == Phase::running && !main_is_over_) {
    record_.limit = spec_.limit;
    begin_stopping();
  }
  limit_at_ = 0;
}

void Minder::begin_stopping() {
  phase_ = Phase::stopping;
  ladder_.begin(spec_.stop_signal, spec_.stop_grace_ms);
}

void Minder::reap() {
  bool any_left = true;
  for (;;) {
    const Ended ended = reap_one();
    any_left = ended.any_left;
    if (ended.pid == 0) break;
    if (ended.pid == job_.pid()) note_main_end(ended);
  }
  if (!main_is_over_) return;
  if (!any_left) return finish();
  if (phase_ == Phase::running) deal_with_leftovers();
}

void Minder::note_main_end(const Ended& ended) {
  main_is_over_ = true;
  limit_at_ = 0;
  record_.status = ended.status;
  record_.usage = ended.usage;
  record_.finished_ms = wall_ms();
}

// Their number is put on record with the end of the run, and once more when they are gone.
void Minder::deal_with_leftovers() {
  const bool is_stopped = phase_ == Phase::stopping;
  phase_ = spec_.leftovers == Leftovers::leave && !is_stopped ? Phase::over : Phase::leftovers;
  record_.leftovers = count_children();
  record_.complete = phase_ == Phase::over;
  write_record();
  if (spec_.leftovers == Leftovers::kill) ladder_.begin(spec_.stop_signal, spec_.leftovers_grace_ms);
}

void Minder::finish() {
  ladder_.end();
  phase_ = Phase::over;
  no_process_is_left_ = true;
  record_.complete = true;
  write_record();
  cgroup_.remove();
}

// A record that cannot be written now, because the disk is full, is written later: the minder does not go before. But
// where its directory was removed there is nobody left who would read it.
void Minder::write_record() {
  capture_.drain();
  if (phase_ == Phase::over) journal_.finish();
  capture_.progress().write_out();  // so that the last word of it is there when the end is
  record_.output_bytes = capture_.kept().bytes();
  record_.output_dropped = capture_.kept().dropped();
  record_.truncated_errno = capture_.kept().write_error();
  record_.oom_kills = cgroup_.oom_kills();
  record_.has_cgroup = cgroup_.is_open();
  record_.unlimited = cgroup_.unlimited();
  const bool is_written = write_exit_record(record_);
  record_is_due_ = !is_written && !is_directory_removed();
  is_on_record_ = is_written;
  if (is_written && phase_ != Phase::over) hint_.send();  // else the minder's own end is the hint
}

}  // namespace belfry::minder
