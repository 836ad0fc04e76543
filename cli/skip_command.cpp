#include <memory>

#include <belfry/scheduler.h>

#include <CLI/CLI.hpp>
#include <api/target.h>
#include <base/try.h>
#include <cli/body_text.h>
#include <cli/daemon_link.h>
#include <cli/exit_code.h>
#include <cli/output.h>
#include <cli/skip_command.h>

namespace belfry::cli {

namespace {

struct Options {
  std::string job;
  std::uint32_t count = 1;
};

std::string told(const Options& options) {
  if (options.count == 0) return options.job + ": every time runs again\n";
  if (options.count == 1) return options.job + ": the next time is left out\n";
  return options.job + ": the next " + std::to_string(options.count) + " times are left out\n";
}

Result<int> skip(const Context& context, const Options& options) {
  const DaemonLink daemon = find_daemon(context, Surroundings::of_this_process());
  BodyText body;
  body.number("next", options.count);
  const HttpResponse response = TRY(daemon.post("/v1/jobs/" + api::percent_encode(options.job) + "/skip", body.take()));
  print(context.form == OutputForm::json ? response.body : told(options));
  if (options.count > 0) hint(context, "Undo: belfry skip " + options.job + " --next 0");
  return exit_ok;
}

}  // namespace

void add_skip(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("skip", "Leave out the next time, or times, a job is due.");
  command->footer(
      "  belfry skip nightly-backup\n"
      "  belfry skip nightly-backup --next 3\n"
      "  belfry skip nightly-backup --next 0  take it back");
  command->add_option("JOB", options->job, "Which job")->required()->type_name("");
  command->add_option("--next", options->count, "How many times")
      ->check(CLI::Range(std::uint32_t{0}, SkipRequested::count_max))
      ->capture_default_str()
      ->type_name("N");
  command->callback([&context, options] { context.chosen = [options](Context& c) { return skip(c, *options); }; });
}

}  // namespace belfry::cli
