#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>
#include <base/os.h>
#include <cli/exit_code.h>
#include <cli/progress_command.h>
#include <cli/surroundings.h>

namespace belfry::cli {

namespace {

struct Options {
  int percent = 0;
  std::string message;
};

// Into the file that the daemon listens to: a job may say how far it is without a right to speak to the daemon.
Result<int> say(const Options& options) {
  const auto path = Surroundings::of_this_process().variable("BELFRY_PROGRESS");
  if (!path) {
    std::fputs("belfry: BELFRY_PROGRESS is not set: this is for use inside a job\n", stderr);
    return exit_usage;
  }
  const Fd file{::open(path->c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!file) return std::unexpected(system_error("open", *path));
  const std::string line = std::to_string(options.percent) + " " + options.message + "\n";
  if (::write(file.get(), line.data(), line.size()) < 0) return std::unexpected(system_error("write", *path));
  return exit_ok;
}

}  // namespace

void add_progress(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("progress", "Inside a job: say how far it is.");
  command->footer(
      "  belfry progress 80 uploading\n"
      "A line  ::progress 80 uploading  on the job's stdout does the same.");
  command->add_option("PERCENT", options->percent, "From 0 to 100")
      ->required()
      ->check(CLI::Range(0, 100))
      ->type_name("");
  command->add_option("TEXT", options->message, "What it does at the moment")->type_name("");
  command->callback([&context, options] { context.chosen = [options](Context&) { return say(*options); }; });
}

}  // namespace belfry::cli
