#include <memory>

#include <CLI/CLI.hpp>
#include <base/try.h>
#include <cli/accepted_run.h>
#include <cli/daemon_link.h>
#include <cli/document.h>
#include <cli/find_run.h>
#include <cli/output.h>
#include <cli/retry_command.h>

namespace belfry::cli {

namespace {

struct Options {
  std::string run;
  WatchOptions watch;
};

Result<int> retry(const Context& context, const Options& options) {
  const DaemonLink daemon = find_daemon(context, Surroundings::of_this_process());
  const std::string document = TRY(find_run_document(daemon, options.run));
  const RunId id = TRY(decode_run(document)).id;
  const HttpResponse accepted = TRY(daemon.post("/v1/runs/" + id.text() + "/retry", ""));
  return watch_accepted(context, daemon, accepted.body, options.watch);
}

}  // namespace

void add_retry(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("retry", "Try a run that is over again, as a new run for the same time.");
  command->footer(
      "  belfry retry 01JD4QZ3V0XKQ8\n"
      "  belfry retry nightly-backup --wait   its newest run");
  command->add_option("RUN", options->run, "A run's id or its beginning, or a job")->required()->type_name("");
  add_watch_options(*command, options->watch);
  command->callback([&context, options] { context.chosen = [options](Context& c) { return retry(c, *options); }; });
}

}  // namespace belfry::cli
