#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>
#include <api/target.h>
#include <base/text.h>
#include <base/try.h>
#include <base/words.h>
#include <cli/backfill_command.h>
#include <cli/body_text.h>
#include <cli/daemon_link.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/output.h>
#include <cli/param_option.h>
#include <cli/phrases.h>
#include <cli/text_width.h>
#include <cli/typed_time.h>

namespace belfry::cli {

namespace {

struct Options {
  std::string job;
  std::string from;
  std::string to;
  std::vector<std::string> params;
  bool is_dry_run = false;
};

Result<std::string> rehearsed(const DaemonLink& daemon, const std::string& answer) {
  const Stretch slots = TRY(decode_stretch(answer));
  const DaemonTime time = TRY(ask_time(daemon));
  return "It would run " + counted(slots.count, "time") + ", one after the other: for " +
         local_phrase(slots.first, *time.zone) +
         (slots.count > 1 ? " to " + local_phrase(slots.last, *time.zone) : std::string()) + "\n";
}

int refuse_order(const Options& options) {
  std::fprintf(stderr, "belfry: --to %s lies before --from %s\nTry: belfry help backfill\n",
               printable(options.to).c_str(), printable(options.from).c_str());
  return exit_usage;
}

Result<int> backfill(const Context& context, const Options& options) {
  const DaemonLink daemon = find_daemon(context, Surroundings::of_this_process());
  BodyText body;
  const std::string from = TRY(past_instant_for(daemon, options.from));
  const std::string to = TRY(past_instant_for(daemon, options.to));
  if (parse_rfc3339(to).value() < parse_rfc3339(from).value()) return refuse_order(options);
  body.text("from", from).text("to", to);
  body.params("params", params_of(options.params)).flag("dry_run", options.is_dry_run);
  const HttpResponse response = TRY(daemon.exchange(
      {.method = "POST", .target = "/v1/jobs/" + api::percent_encode(options.job) + "/backfill", .body = body.take()}));
  if (response.status == 422) return refuse_params(response, "belfry backfill " + options.job);
  if (response.status >= 300) return std::unexpected(error_in(response));
  if (context.form == OutputForm::json) {
    print(response.body);
  } else if (options.is_dry_run) {
    print(TRY(rehearsed(daemon, response.body)));
  } else {
    print(options.job + " runs " + counted(TRY(decode_count(response.body)), "time") + ", one after the other\n");
    hint(context, "How far it is: belfry show " + options.job);
  }
  return exit_ok;
}

}  // namespace

void add_backfill(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("backfill", "Run a job for every time of the past that it was due.");
  command->footer(
      "  belfry backfill report --from 2026-11-01 --to 2026-11-07 --dry-run\n"
      "  belfry backfill report --from \"2026-11-01 06:00\" --to \"2026-11-07 06:00\"");
  command->add_option("JOB", options->job, "Which job")->required()->type_name("");
  command->add_option("--from", options->from, "From this time on, or so long ago")
      ->required()
      ->check(check_instant_or_duration)
      ->type_name("TIME");
  command->add_option("--to", options->to, "Up to this time, or so long ago")
      ->required()
      ->check(check_instant_or_duration)
      ->type_name("TIME");
  add_param_option(*command, options->params);
  command->add_flag("--dry-run", options->is_dry_run, "Only say how often it would run");
  command->callback([&context, options] { context.chosen = [options](Context& c) { return backfill(c, *options); }; });
}

}  // namespace belfry::cli
