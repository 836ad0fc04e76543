#include <memory>

#include <CLI/CLI.hpp>
#include <cli/crontab_option.h>
#include <cli/daemon_command.h>
#include <cli/surroundings.h>
#include <daemon/daemon.h>

namespace belfry::cli {

namespace {

log::Form form_of(const std::string& word) {
  if (word == "json") return log::Form::json;
  return word == "journal" ? log::Form::journal : log::Form::text;
}

}  // namespace

void add_daemon(CLI::App& app, Context& context) {
  const auto around = Surroundings::of_this_process();
  auto options = std::make_shared<DaemonOptions>(DaemonOptions{.config_path = find_config(around),
                                                               .usual_state_dir = default_state_dir(around),
                                                               .usual_listen = default_listen(around)});
  CLI::App* command = app.add_subcommand("daemon", "Run the jobs of a file, in the foreground, until told to stop.");
  command->footer(
      "  belfry daemon\n"
      "  belfry daemon -c schedules.yaml --state ./state --listen unix:./belfry.sock\n"
      "  belfry daemon --crontab /etc/crontab            a classic crontab, as it is");
  command->add_option("-c,--config", options->config_path, "The file with the jobs")->type_name("FILE");
  command
      ->add_option_function<std::string>(
          "--crontab",
          [options](const std::string& path) {
            options->config_path = path;
            options->language = config::Language::crontab;
          },
          "Run a crontab, as cron would, instead of a schedules.yaml")
      ->type_name("FILE")
      ->excludes("-c");
  add_crontab_format(*command, options->crontab_format);
  command->add_option("--state", options->state_dir, "The directory of the ledger and of the output of jobs")
      ->type_name("DIR");
  command->add_option("--listen", options->listen, "Where to take questions: unix:PATH")->type_name("ADDR");
  command
      ->add_option_function<std::string>(
          "--log", [options](const std::string& word) { options->log = form_of(word); },
          "How the log is written; else to systemd's journal where stderr leads there, and as text elsewhere")
      ->type_name("FORM")
      ->check(CLI::IsMember({"text", "json", "journal"}));
  command->add_flag_callback(
      "--allow-empty", [options] { options->empty = config::EmptyFile::allowed; },
      "Take a file without any job for what it says");
  command->callback(
      [&context, options] { context.chosen = [options](Context&) -> Result<int> { return run_daemon(*options); }; });
}

}  // namespace belfry::cli
