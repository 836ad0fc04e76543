#include <memory>

#include <CLI/CLI.hpp>
#include <base/try.h>
#include <cli/exit_code.h>
#include <cli/output.h>
#include <cli/schema_command.h>
#include <config/schema.h>

namespace belfry::cli {

namespace {

Result<int> tell(const std::string& key) {
  if (key.empty()) {
    print(config::json_schema());
  } else {
    print(TRY(config::describe_key(key)));
  }
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
  command->callback([&context, key] { context.chosen = [key](Context&) { return tell(*key); }; });
}

}  // namespace belfry::cli
