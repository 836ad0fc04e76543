#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <optional>

#include <base/try.h>
#include <base/zones.h>
#include <jobs/account.h>
#include <jobs/callable_launcher.h>
#include <jobs/end_report.h>
#include <jobs/foreground.h>
#include <jobs/job_files.h>
#include <jobs/order_spec.h>
#include <jobs/records.h>
#include <jobs/recovery.h>
#include <jobs/run_directory.h>
#include <jobs/spawn.h>

namespace belfry {
namespace {

// Straight to where this process writes. There is no attempt before this one, and none after it.
class TerminalOutput final : public CallOutput {
 public:
  void write(OutputStream stream, std::string_view bytes, WallTime) override {
    const int fd = stream == OutputStream::out ? STDOUT_FILENO : STDERR_FILENO;
    written_ += static_cast<std::int64_t>(bytes.size());
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  Result<void> write_result(std::string_view) override { return {}; }
  std::optional<std::string> read_checkpoint() override { return std::nullopt; }
  Result<void> write_checkpoint(std::string_view) override { return {}; }
  void note(Usage& usage) const override { usage.output_bytes = written_; }
  int write_error() const override { return 0; }

 private:
  std::int64_t written_ = 0;
};

bool is_last(const Report& report) {
  return !std::holds_alternative<AttemptStarted>(report) && !std::holds_alternative<AttemptProgressed>(report);
}

// Waits for one of two descriptors; tells whether somebody wants it to end.
bool waits_until_stopped(int fd, int stop_fd) {
  std::array<pollfd, 2> ready{pollfd{.fd = fd, .events = POLLIN, .revents = 0},
                              pollfd{.fd = stop_fd, .events = POLLIN, .revents = 0}};
  ::poll(ready.data(), ready.size(), -1);
  return ready[1].revents != 0;
}

Result<Report> call_here(const StartOrder& order, Foreground foreground) {
  std::optional<Report> last;
  const auto launcher = TRY(
      CallableLauncher::open({.runs_path = foreground.runs_path,
                              .boot = foreground.boot,
                              .callables = foreground.callables,
                              .clock = foreground.clock,
                              .crew_clock = std::move(foreground.crew_clock),
                              .report =
                                  [&last](Report report) {
                                    if (is_last(report)) last = std::move(report);
                                  },
                              .make_output = [](const StartOrder&) { return std::make_unique<TerminalOutput>(); }}));
  launcher->recover({});
  launcher->start(order);
  int stop_fd = foreground.stop_fd;
  while (!last) {
    if (waits_until_stopped(launcher->fd(), stop_fd)) {
      launcher->stop({.id = order.id, .reason = Reason::by_request});
      stop_fd = -1;
    }
    launcher->dispatch();
  }
  return *std::move(last);
}

// Gives what is secret of it, for the minder.
Result<Fd> make_directory(const StartOrder& order, const Foreground& foreground, const std::string& directory) {
  ZoneCache zones;
  const auto zone = zones.find(order.job->zone_name).value_or(Zone::utc());
  const Account account = own_account();
  const Spec spec = TRY(spec_for(order, {.boot = foreground.boot,
                                         .now = foreground.clock.read().wall,
                                         .own_account = account,
                                         .zone = *zone,
                                         .job_directory = job_directory_path(directory),
                                         .cgroup = ""}));
  Fd secrets = TRY(hold_secrets(spec));
  TRY(create_run_directory(directory, spec));
  return secrets;
}

Result<Report> run_here(const StartOrder& order, const Foreground& foreground) {
  const std::string directory = run_directory_path(foreground.runs_path, order.id);
  const auto secrets = make_directory(order, foreground, directory);
  if (!secrets) return AttemptStartFailed{.id = order.id, .detail = secrets.error().what};
  const Fd program{::open(foreground.minder_path.c_str(), O_PATH | O_CLOEXEC)};
  if (!program) return std::unexpected(system_error("open", foreground.minder_path));
  const Fd minder =
      TRY(spawn_minder(program, directory, {.secrets = secrets->get(), .place = MinderExtras::Place::foreground}));
  Reason stop = Reason::none;
  for (int stop_fd = foreground.stop_fd; waits_until_stopped(minder.get(), stop_fd); stop_fd = -1) {
    stop = Reason::by_request;
    signal_process(minder, SIGTERM);
  }
  (void)reap_child(minder);
  const auto record = read_exit_record(directory);
  if (!record) return AttemptLost{.id = order.id, .reason = Reason::minder_killed};
  return end_report({.id = order.id, .stop = stop, .record = *record, .result = read_result(directory)});
}

}  // namespace

Result<Report> run_in_foreground(const StartOrder& order, Foreground foreground) {
  if (std::holds_alternative<Call>(order.job->action)) return call_here(order, std::move(foreground));
  return run_here(order, foreground);
}

}  // namespace belfry
