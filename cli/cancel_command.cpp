#include <memory>

#include <CLI/CLI.hpp>
#include <api/target.h>
#include <base/text.h>
#include <base/try.h>
#include <cli/cancel_command.h>
#include <cli/daemon_link.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/find_run.h>
#include <cli/interrupt.h>
#include <cli/output.h>
#include <cli/phrases.h>
#include <cli/run_watch.h>
#include <cli/typed_time.h>

namespace belfry::cli {

namespace {

struct Options {
  std::string run;
  std::string patience = "2m";
  bool does_not_wait = false;
};

// A job's open run, where there is one and no more; else a run by its id.
Result<RunId> find_open_run(const DaemonLink& daemon, const std::string& job_or_run) {
  const auto job = daemon.get("/v1/jobs/" + api::percent_encode(job_or_run));
  if (!job) {
    const std::string document = TRY(find_run_document(daemon, job_or_run));
    return TRY(decode_run(document)).id;
  }
  const JobRow row = TRY(decode_job(job->body));
  if (row.open.size() == 1) return row.open.front().id;
  if (row.open.empty()) {
    return std::unexpected(Error{.kind = ErrorKind::refused, .what = "job '" + row.name + "' has no open run"});
  }
  std::string which = "job '" + row.name + "' has several open runs; which one?";
  for (const Run& run : row.open) which += " " + run.id.text() + " (" + standing_phrase(run) + ")";
  return std::unexpected(Error{.kind = ErrorKind::refused, .what = std::move(which)});
}

// S32: the answer is that it is gone, or that it is not.
Result<int> wait_for_end(const Context& context, const DaemonLink& daemon, const Run& run, Millis patience) {
  hint(context, run.job.text() + ": run " + run.id.text() + " is being stopped");
  const Interrupt interrupt = TRY(Interrupt::watch());
  const auto ended = TRY(wait_for_run(daemon, run.id, interrupt, patience));
  if (!ended) {
    return std::unexpected(
        Error::failed("run " + run.id.text() + " is not over yet; look again with: belfry show " + run.id.text()));
  }
  print(context.form == OutputForm::json ? *ended : ending_line(context, TRY(decode_run(*ended))));
  return exit_ok;
}

Result<int> cancel(const Context& context, const Options& options) {
  const DaemonLink daemon = find_daemon(context, Surroundings::of_this_process());
  const RunId id = TRY(find_open_run(daemon, options.run));
  const HttpResponse accepted = TRY(daemon.post("/v1/runs/" + id.text() + "/cancel", ""));
  const Run run = TRY(decode_run(accepted.body));
  if (!options.does_not_wait && run.is_open()) {
    return wait_for_end(context, daemon, run, parse_duration(options.patience).value());
  }
  print(context.form == OutputForm::json ? accepted.body : run.id.text() + "\n");
  return exit_ok;
}

}  // namespace

void add_cancel(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("cancel", "Stop a run, with everything it started.");
  command->footer(
      "  belfry cancel 01JD4QZ3V0XKQ8\n"
      "  belfry cancel nightly-backup         its open run\n"
      "  belfry cancel nightly-backup --no-wait");
  command->add_option("RUN", options->run, "A run's id or its beginning, or a job")->required()->type_name("");
  command->add_option("--patience", options->patience, "How long to wait until it is gone")
      ->check(check_duration)
      ->capture_default_str()
      ->type_name("SPAN");
  command->add_flag("--no-wait", options->does_not_wait, "Ask for it and leave");
  command->callback([&context, options] { context.chosen = [options](Context& c) { return cancel(c, *options); }; });
}

}  // namespace belfry::cli
