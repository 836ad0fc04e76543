#include <cli/help_format.h>

namespace belfry::cli {

namespace {

constexpr const char* common_options =
    "\nEvery command also takes --json, --host ADDR, -q and --no-color; see: belfry help\n";

}  // namespace

std::string HelpFormat::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
  if (mode == CLI::AppFormatMode::Sub) return make_expanded(app);
  std::string out = app->get_description() + "\n";
  if (const std::string examples = app->get_footer(); !examples.empty()) out += "\nExamples:\n" + examples + "\n";
  return out + "\n" + make_usage(app, std::move(name)) + make_positionals(app) + make_groups(app, mode) +
         make_subcommands(app, mode) + (app->get_parent() != nullptr ? common_options : "");
}

}  // namespace belfry::cli
