#include <memory>

#include <CLI/CLI.hpp>
#include <api/target.h>
#include <base/try.h>
#include <cli/accepted_run.h>
#include <cli/body_text.h>
#include <cli/daemon_link.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/output.h>
#include <cli/param_option.h>
#include <cli/run_command.h>
#include <cli/typed_time.h>

namespace belfry::cli {

namespace {

struct Options {
  std::string job;
  WatchOptions watch;
  std::string at;
  std::string delay;
  std::string nominal;
  std::string key;
  std::string queue;
  std::vector<std::string> params;
  bool ignores_overlap = false;
  bool is_dry_run = false;
};

Result<HttpRequest> request_of(const DaemonLink& daemon, const Options& options) {
  BodyText body;
  body.text("at", TRY(coming_instant_for(daemon, options.at)));
  body.text("scheduled_time", TRY(instant_for(daemon, options.nominal)));
  body.text("delay", options.delay).flag("ignore_overlap", options.ignores_overlap).flag("dry_run", options.is_dry_run);
  body.text("queue", options.queue).params("params", params_of(options.params));
  HttpRequest request{
      .method = "POST", .target = "/v1/jobs/" + api::percent_encode(options.job) + "/runs", .body = body.take()};
  if (!options.key.empty()) request.headers.emplace_back("Idempotency-Key", options.key);
  return request;
}

Result<int> rehearsed(const Context& context, const Options& options, const std::string& answer) {
  const RehearsalRow rehearsal = TRY(decode_rehearsal(answer));
  if (context.form == OutputForm::json) {
    print(answer);
  } else if (rehearsal.would_start) {
    print(options.job + " would start\n");
  } else {
    print(options.job + " would not start: " + rehearsal.reason +
          (rehearsal.run.empty() ? "" : ", run " + rehearsal.run + " is still open") + "\n");
  }
  return rehearsal.would_start ? exit_ok : exit_refused;
}

Result<int> run_job(const Context& context, const Options& options) {
  const DaemonLink daemon = find_daemon(context, Surroundings::of_this_process());
  const HttpRequest request = TRY(request_of(daemon, options));
  const HttpResponse accepted = TRY(daemon.exchange(request));
  if (accepted.status == 422) return refuse_params(accepted, "belfry run " + options.job);
  if (accepted.status >= 300) return std::unexpected(error_in(accepted));
  if (options.is_dry_run) return rehearsed(context, options, accepted.body);
  return watch_accepted(context, daemon, accepted.body, options.watch);
}

}  // namespace

void add_run(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("run", "Run a job now, or at a time.");
  command->footer(
      "  belfry run nightly-backup\n"
      "  belfry run nightly-backup --wait     ends with the job's own exit code; 124 time limit, 125 lost,\n"
      "                                       126 could not start, 128+n ended by signal n\n"
      "  belfry run nightly-backup -f         and shows what it writes\n"
      "  belfry run restore -p date=2026-11-19  and what else it is told: belfry show restore\n"
      "  belfry run nightly-backup --in 10m\n"
      "  belfry run nightly-backup --at 22:00");
  command->add_option("JOB", options->job, "Which job")->required()->type_name("");
  add_param_option(*command, options->params);
  add_watch_options(*command, options->watch);
  auto* at = command->add_option("--at", options->at, "Not before this time")->check(check_instant)->type_name("TIME");
  command->add_option("--in", options->delay, "Not before this much time has passed")
      ->check(check_duration)
      ->type_name("SPAN")
      ->excludes(at);
  command->add_option("--for", options->nominal, "The time it is told it is for (BELFRY_SCHEDULED_TIME)")
      ->check(check_instant)
      ->type_name("TIME");
  command->add_option("--key", options->key, "The same key makes no second run")->type_name("KEY");
  command->add_option("--queue", options->queue, "The queue it waits in, instead of the job's")->type_name("NAME");
  command->add_flag("--ignore-overlap", options->ignores_overlap, "Although an earlier run is still open");
  command->add_flag("--dry-run", options->is_dry_run, "Only say whether it would start");
  command->callback([&context, options] { context.chosen = [options](Context& c) { return run_job(c, *options); }; });
}

}  // namespace belfry::cli
