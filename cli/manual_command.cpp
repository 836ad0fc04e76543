#include <memory>

#include <CLI/CLI.hpp>
#include <cli/context.h>
#include <cli/exit_code.h>
#include <cli/manual_command.h>
#include <cli/manual_text.h>
#include <cli/output.h>

namespace belfry::cli {

void add_manual(CLI::App& app, Context& context) {
  auto part = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("manual", "Print a part of the manual pages, in scdoc.")->group("");
  command->add_option("PART", *part, "commands, options or keys")
      ->required()
      ->check(CLI::IsMember({"commands", "options", "keys"}))
      ->type_name("");
  command->callback([&app, &context, part] {
    context.chosen = [&app, part](Context&) -> Result<int> {
      if (*part == "commands") print(commands_manual(app));
      if (*part == "options") print(common_options_manual(app));
      if (*part == "keys") print(keys_manual(config::all_keys()));
      return exit_ok;
    };
  });
}

}  // namespace belfry::cli
