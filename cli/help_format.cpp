#include <sstream>

#include <base/text.h>
#include <cli/help_format.h>
#include <cli/text_width.h>

namespace belfry::cli {

namespace {

constexpr const char* common_options =
    "\nEvery command also takes --json, --host ADDR, -q and --no-color; see: belfry help\n";

// "  belfry list     what it does": what does not fit goes on below what it does. Prose goes on at its beginning.
std::string example_in(std::string_view line, std::size_t width) {
  const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
  const std::size_t gap = line.find("  ", begin);
  const bool is_prose = begin == 0 || gap == std::string_view::npos;
  return wrapped(line, {.width = width, .indent = is_prose ? begin : line.find_first_not_of(' ', gap)});
}

}  // namespace

std::string HelpFormat::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
  if (mode == CLI::AppFormatMode::Sub) return make_expanded(app);
  std::string out = app->get_description() + "\n";
  if (const std::string examples = app->get_footer(); !examples.empty()) {
    out += "\nExamples:\n";
    for (const std::string_view line : split(examples, '\n')) out += example_in(line, width_) + "\n";
  }
  return out + "\n" + make_usage(app, std::move(name)) + make_positionals(app) + make_groups(app, mode) +
         make_subcommands(app, mode) + (app->get_parent() != nullptr ? common_options : "");
}

std::string HelpFormat::make_option_desc(const CLI::Option* option) const {
  return in_its_column(Formatter::make_option_desc(option));
}

std::string HelpFormat::make_subcommand(const CLI::App* command) const {
  std::ostringstream out;
  CLI::detail::format_help(out, command->get_name(), in_its_column(command->get_description()), get_column_width());
  return out.str();
}

std::string HelpFormat::in_its_column(const std::string& description) const {
  constexpr std::size_t group_indent = 2;
  const std::size_t left = get_column_width() + group_indent;
  return width_ > left ? wrapped(description, {.width = width_ - left, .indent = 0}) : description;
}

}  // namespace belfry::cli
