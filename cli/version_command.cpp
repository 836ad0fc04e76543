#include <string>

#include <CLI/CLI.hpp>
#include <base/version.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/output.h>
#include <cli/version_command.h>

namespace belfry::cli {

namespace {

Result<int> show_version(const Context& context) {
  print(context.form == OutputForm::json ? encode_version(version()) : "belfry " + std::string(version()) + "\n");
  return exit_ok;
}

}  // namespace

void add_version(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("version", "Say which version this is.");
  command->footer("  belfry version --json");
  command->callback([&context] { context.chosen = show_version; });
}

}  // namespace belfry::cli
