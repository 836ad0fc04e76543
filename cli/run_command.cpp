#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include <CLI/CLI.hpp>
#include <api/target.h>
#include <base/try.h>
#include <cli/daemon_link.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/interrupt.h>
#include <cli/output.h>
#include <cli/phrases.h>
#include <cli/run_command.h>
#include <cli/text_width.h>

namespace belfry::cli {

namespace {

struct Options {
  std::string job;
  bool waits = false;
};

constexpr Millis poll_length = std::chrono::seconds{30};  // of one question to the daemon
constexpr Millis retry_pause = std::chrono::seconds{1};   // while the daemon is away
constexpr int retries_max = 60;                           // a restart takes seconds; a minute is more than that
constexpr int exit_detached = exit_signal_base + SIGINT;

// What the wait ended with: the closed run as the API's object, or nothing: the person left.
using Waited = Result<std::optional<std::string>>;

bool is_interrupted(const Error& error) { return error.sys_errno == ECANCELED; }
bool is_passing(const Error& error) {
  return error.kind != ErrorKind::not_found && error.kind != ErrorKind::not_allowed;
}

// Asks until the run is over. A daemon that goes away meanwhile leaves the run alone, so it is asked again when it is
// back.
Waited wait_for(const DaemonLink& daemon, const std::string& id, const Interrupt& interrupt) {
  const HttpRequest question{.target = "/v1/runs/" + id + "?wait=30s",
                             .patience = poll_length + std::chrono::seconds{30},
                             .break_off_fd = interrupt.fd()};
  for (int retries = 0;;) {
    auto response = daemon.send(question);
    if (!response && is_interrupted(response.error())) return std::nullopt;
    if (!response) {
      if (!is_passing(response.error()) || ++retries > retries_max) return std::unexpected(response.error());
      if (interrupt.arrives_within(retry_pause)) return std::nullopt;
      continue;
    }
    retries = 0;
    if (!TRY(decode_run(response->body)).is_open()) return std::move(response->body);
  }
}

std::string ending_line(const Run& run, const Terminal& terminal) {
  const Sign sign = sign_of(run);
  std::string line = terminal.paint(sign.mark, sign.emphasis) + " " + run.job.text() + ": " + standing_phrase(run);
  if (run.started && run.finished) line += " after " + took_phrase(std::max(Millis{0}, *run.finished - *run.started));
  if (!run.detail.empty()) line += ": " + printable(run.detail);
  return line + "\n";
}

Result<int> follow(const Context& context, const DaemonLink& daemon, const Run& run) {
  hint(context, run.job.text() + ": run " + run.id.text() + " is on its way");
  const Interrupt interrupt = TRY(Interrupt::watch());
  const auto ended = wait_for(daemon, run.id.text(), interrupt);
  if (!ended) {
    return std::unexpected(
        Error{.kind = ended.error().kind,
              .what = ended.error().what + " (run " + run.id.text() + " goes on without being watched)"});
  }
  if (!*ended) {
    hint(context,
         "\nNot waiting any longer; run " + run.id.text() + " goes on.  Its output: belfry logs " + run.id.text());
    return exit_detached;
  }
  const Run closed = TRY(decode_run(**ended));
  print(context.form == OutputForm::json
            ? **ended
            : ending_line(closed, Terminal::of_stdout(context, Surroundings::of_this_process())));
  return exit_code_of(closed);
}

Result<int> run_job(const Context& context, const Options& options) {
  const DaemonLink daemon = find_daemon(context, Surroundings::of_this_process());
  const HttpResponse accepted =
      TRY(daemon.send({.method = "POST", .target = "/v1/jobs/" + api::percent_encode(options.job) + "/runs"}));
  const Run run = TRY(decode_run(accepted.body));
  if (options.waits) return follow(context, daemon, run);
  print(context.form == OutputForm::json ? accepted.body : run.id.text() + "\n");
  hint(context, run.job.text() + " is on its way.  Its output: belfry logs " + run.job.text());
  return exit_ok;
}

}  // namespace

void add_run(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("run", "Run a job now.");
  command->footer(
      "  belfry run nightly-backup\n"
      "  belfry run nightly-backup --wait     ends with the job's own exit code; 125 lost, 126 could not start,\n"
      "                                       128+n ended by signal n");
  command->add_option("JOB", options->job, "Which job")->required()->type_name("");
  command->add_flag("--wait", options->waits, "Wait until it is over. Ctrl-C stops the waiting, not the job");
  command->callback([&context, options] { context.chosen = [options](Context& c) { return run_job(c, *options); }; });
}

}  // namespace belfry::cli
