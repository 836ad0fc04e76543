#include <algorithm>
#include <map>
#include <memory>

#include <CLI/CLI.hpp>
#include <api/target.h>
#include <base/try.h>
#include <cli/completion_command.h>
#include <cli/completion_script.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/output.h>
#include <cli/read_view.h>

namespace belfry::cli {

namespace {

const std::map<std::string, Shell> shells{{"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}};

bool is_listed(const CLI::App* command) { return !command->get_name().empty() && !command->get_group().empty(); }

// Options of a command stand in it, and in the commands within it.
void collect(const CLI::App& from, CommandWords& words) {
  const auto add = [&words](std::string option) {
    if (std::ranges::find(words.options, option) == words.options.end()) words.options.push_back(std::move(option));
  };
  for (const CLI::Option* option : from.get_options()) {
    for (const std::string& name : option->get_lnames()) add("--" + name);
    for (const std::string& name : option->get_snames()) add("-" + name);
    const std::string positional = option->get_positional() ? option->get_name(true) : "";
    words.takes_job |= positional == "JOB" || positional == "RUN" || positional == "JOB-OR-RUN";
  }
  for (const CLI::App* part : from.get_subcommands([](const CLI::App*) { return true; })) collect(*part, words);
}

std::vector<CommandWords> commands_of(const CLI::App& app) {
  std::vector<CommandWords> commands;
  for (const CLI::App* command : app.get_subcommands(is_listed)) {
    CommandWords words{.name = command->get_name(), .description = command->get_description()};
    collect(*command, words);
    for (const char* common : {"--json", "--host", "--quiet", "-q", "--no-color"}) words.options.emplace_back(common);
    commands.push_back(std::move(words));
  }
  return commands;
}

Result<int> print_job_names(const Context& context) {
  const std::string document = TRY(read_view(context, "/v1/jobs?only=names"));
  std::string lines;
  for (const std::string& name : TRY(decode_names(document))) lines += name + "\n";
  print(lines);
  return exit_ok;
}

// Each with its equals sign: what is to be typed next is the value.
Result<int> print_param_names(const Context& context, const std::string& job) {
  const std::string document = TRY(read_view(context, "/v1/jobs/" + api::percent_encode(job)));
  const JobRow row = TRY(decode_job(document));
  std::string lines;
  for (const auto& param : row.params) lines += param.name + "=\n";
  print(lines);
  return exit_ok;
}

}  // namespace

void add_completion(CLI::App& app, Context& context) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("completion", "Print what completes belfry's words in a shell.");
  command->footer(
      "  belfry completion bash > /etc/bash_completion.d/belfry\n"
      "  belfry completion zsh > \"${fpath[1]}/_belfry\"\n"
      "  belfry completion fish > ~/.config/fish/completions/belfry.fish");
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->type_name("");
  command->callback([&app, &context, shell] {
    context.chosen = [&app, shell](Context&) -> Result<int> {
      print(completion_script(shells.at(*shell), commands_of(app)));
      return exit_ok;
    };
  });
  CLI::App* names = app.add_subcommand("job-names", "Print the names of the jobs, for completion.")->group("");
  names->callback([&context] { context.chosen = print_job_names; });
  auto job = std::make_shared<std::string>();
  CLI::App* params = app.add_subcommand("param-names", "Print the parameters of a job, for completion.")->group("");
  params->add_option("JOB", *job, "Which job")->required()->type_name("");
  params->callback([&context, job] { context.chosen = [job](Context& c) { return print_param_names(c, *job); }; });
}

}  // namespace belfry::cli
