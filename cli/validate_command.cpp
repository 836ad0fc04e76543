#include <map>
#include <memory>
#include <span>

#include <CLI/CLI.hpp>
#include <base/words.h>
#include <base/zones.h>
#include <cli/daemon_link.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/job_accounts.h>
#include <cli/output.h>
#include <cli/surroundings.h>
#include <cli/validate_command.h>
#include <config/load.h>
#include <daemon/clock.h>
#include <jobs/builtin.h>
#include <jobs/registry.h>

namespace belfry::cli {

namespace {

struct Options {
  std::string path;
  config::EmptyFile empty = config::EmptyFile::refused;
  config::Plugins plugins = config::Plugins::unseen;
};

void tell(const Context& context, std::span<const config::Problem> problems, bool is_accepted) {
  if (context.form == OutputForm::json) return print(encode_problems(problems));
  if (problems.empty()) return;
  print(config::render(problems));
  print_footer(context, is_accepted ? counted(problems.size(), "warning") + ". The file is accepted."
                                    : counted(problems.size(), "problem") + ". A daemon that runs is unchanged.");
}

// How long the newest run of each job took, where a daemon answers at once.
std::map<std::string, Millis> last_durations(const DaemonLink& daemon) {
  std::map<std::string, Millis> durations;
  const auto response = daemon.send({.target = "/v1/jobs", .patience = std::chrono::seconds{2}});
  if (!response) return durations;
  const auto jobs = decode_jobs(response->body);
  if (!jobs) return durations;
  for (const JobRow& job : jobs->rows) {
    if (job.last && job.last->started && job.last->finished) {
      durations.emplace(job.name, *job.last->finished - *job.last->started);
    }
  }
  return durations;
}

Result<int> validate(const Context& context, const Options& options) {
  ZoneCache zones;
  Registry callables;
  add_builtin(callables);
  const DaemonLink daemon = find_daemon(context, Surroundings::of_this_process());
  const JobAccounts accounts = accounts_of_file(daemon, options.path);
  const auto last_duration = [durations = last_durations(daemon)](const std::string& job) -> std::optional<Millis> {
    const auto known = durations.find(job);
    return known == durations.end() ? std::nullopt : std::optional(known->second);
  };
  const auto loaded = config::load_config(options.path, zones,
                                          {.only_as = accounts.only_as,
                                           .empty = options.empty,
                                           .lint_at = SystemClock().read().wall,
                                           .callables = &callables,
                                           .plugins = options.plugins,
                                           .last_duration = last_duration});
  tell(context, loaded ? loaded->warnings : loaded.error(), loaded.has_value());
  if (loaded && loaded->has_unseen_plugins) {
    hint(context, "its plug-ins were not executed, so their callables are not checked: belfry validate --load-plugins");
  }
  if (loaded) {
    if (const std::string doubt = doubt_about_accounts(*loaded->set, accounts); !doubt.empty()) hint(context, doubt);
  }
  return loaded ? exit_ok : exit_bad_input;
}

}  // namespace

void add_validate(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  options->path = find_config(Surroundings::of_this_process());
  CLI::App* command =
      app.add_subcommand("validate", "Check a file: every problem at once, with its place and its cure.");
  command->footer(
      "  belfry validate\n"
      "  belfry validate schedules.yaml && echo it is good");
  command->add_option("FILE", options->path, "The file; the one that the daemon would read, if none is given")
      ->type_name("");
  command->add_option("-c,--config", options->path, "The same, as other commands name it")->type_name("FILE");
  command->add_flag_callback(
      "--allow-empty", [options] { options->empty = config::EmptyFile::allowed; }, "A file without any job is fine");
  command->add_flag_callback(
      "--load-plugins", [options] { options->plugins = config::Plugins::load; },
      "Execute the plug-ins that it names, to check the jobs that call them");
  command->callback([&context, options] { context.chosen = [options](Context& c) { return validate(c, *options); }; });
}

}  // namespace belfry::cli
