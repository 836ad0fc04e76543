#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>
#include <base/try.h>
#include <cli/daemon_link.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/find_run.h>
#include <cli/interrupt.h>
#include <cli/logs_command.h>
#include <cli/output.h>
#include <cli/phrases.h>
#include <cli/run_watch.h>
#include <cli/terminal.h>
#include <cli/text_width.h>

namespace belfry::cli {

namespace {

struct Options {
  std::string job_or_run;
  std::size_t lines = 100;
  std::optional<std::uint32_t> attempt;
  bool only_stderr = false;
  bool follows = false;
};

std::string target_of(const Run& run, const Options& options) {
  std::string target = "/v1/runs/" + run.id.text() + "/log?tail=" + std::to_string(options.lines);
  if (options.only_stderr) target += "&stream=stderr";
  if (options.attempt) target += "&attempt=" + std::to_string(*options.attempt);
  return target;
}

std::string title_of(const Run& run) {
  return "(" + run.job.text() + ", run " + run.id.text() + ": " + standing_phrase(run) +
         (run.detail.empty() ? "" : ": " + printable(run.detail)) + ")";
}

// Bytes as they are for a file or a pipe; a terminal is spared what would repaint it (F19).
void write_output(std::string_view bytes) {
  print(Terminal::is_stdout() ? without_controls(bytes) : std::string(bytes));
}

// One object per line: pieces of the output, last the run.
Result<int> follow(const Context& context, const Options& options, const DaemonLink& daemon, const Run& run) {
  const Interrupt interrupt = TRY(Interrupt::watch());
  const auto ended =
      TRY(follow_run(daemon, run.id, {.stream = options.only_stderr ? "stderr" : "", .tail = options.lines}, interrupt,
                     [&](std::string_view bytes) {
                       context.form == OutputForm::json ? print(encode_output(bytes)) : write_output(bytes);
                       std::fflush(stdout);
                     }));
  if (!ended) return detach(context, run.id);
  if (context.form == OutputForm::json) print(*ended);
  hint(context, title_of(TRY(decode_run(*ended))));
  return exit_ok;
}

Result<int> logs(const Context& context, const Options& options) {
  const DaemonLink daemon = find_daemon(context, Surroundings::of_this_process());
  const std::string document = TRY(find_run_document(daemon, options.job_or_run));
  const Run run = TRY(decode_run(document));
  if (options.follows) return follow(context, options, daemon, run);
  const HttpResponse log = TRY(daemon.get(target_of(run, options)));
  if (context.form == OutputForm::json) {
    print(encode_log({.run = document,
                      .from = log.header("X-Belfry-Log-From").value_or("0"),
                      .size = log.header("X-Belfry-Log-Size").value_or("0"),
                      .output = log.body}));
    return exit_ok;
  }
  write_output(log.body);
  hint(context, title_of(run) + (run.is_open() ? "  As it goes on: belfry logs -f " + run.job.text() : ""));
  return exit_ok;
}

}  // namespace

void add_logs(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("logs", "Show what a job's newest run, or one run, wrote.");
  command->footer(
      "  belfry logs nightly-backup\n"
      "  belfry logs nightly-backup -f        as it is written, until the run is over\n"
      "  belfry logs 01JD4QZ3V0XKQ8 -n 1000\n"
      "  belfry logs nightly-backup --stderr");
  command->add_option("JOB-OR-RUN", options->job_or_run, "A job, or a run's id or its beginning")
      ->required()
      ->type_name("");
  command->add_option("-n", options->lines, "How many lines, from the end")->capture_default_str()->type_name("N");
  auto* attempt = command->add_option("--attempt", options->attempt, "Of an earlier attempt")
                      ->check(CLI::PositiveNumber)
                      ->type_name("N");
  command->add_flag("--stderr", options->only_stderr, "Only what went to stderr");
  command->add_flag("-f,--follow", options->follows, "Go on until the run is over")->excludes(attempt);
  command->callback([&context, options] { context.chosen = [options](Context& c) { return logs(c, *options); }; });
}

}  // namespace belfry::cli
