#include <memory>

#include <CLI/CLI.hpp>
#include <base/text.h>
#include <base/try.h>
#include <cli/exit_code.h>
#include <cli/output.h>
#include <cli/schema_command.h>
#include <cli/surroundings.h>
#include <cli/terminal.h>
#include <cli/text_width.h>
#include <config/schema.h>

namespace belfry::cli {

namespace {

Result<int> tell(const Context& context, const std::string& key) {
  if (key.empty()) {
    print(config::json_schema());
    return exit_ok;
  }
  const std::string told = TRY(config::describe_key(key));
  const Terminal terminal = Terminal::of_stdout(context, Surroundings::of_this_process());
  for (const std::string_view line : split(trim(told), '\n'))
    print(wrapped(line, {.width = terminal.width, .indent = 4}) + "\n");
  return exit_ok;
}

}  // namespace

void add_schema(CLI::App& app, Context& context) {
  auto key = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("schema", "Say what a key of the file means, or give the JSON Schema of all.");
  command->footer(
      "  belfry schema retry\n"
      "  belfry schema overlap.max_waiting\n"
      "  belfry schema > schedules.schema.json     for editors");
  command->add_option("KEY", *key, "Which key")->type_name("");
  command->callback([&context, key] { context.chosen = [key](Context& c) { return tell(c, *key); }; });
}

}  // namespace belfry::cli
