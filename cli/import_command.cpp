#include <cstdio>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <base/file.h>
#include <base/try.h>
#include <base/zones.h>
#include <cli/crontab_option.h>
#include <cli/exit_code.h>
#include <cli/import_command.h>
#include <cli/output.h>
#include <config/crontab_import.h>
#include <config/files.h>

namespace belfry::cli {

namespace {

struct CrontabOptions {
  std::string path = "-";
  std::optional<config::CrontabFormat> format;
};

// What is not carried over goes beside the answer: stdout may be redirected into the file.
void tell(std::span<const config::Problem> problems) { std::fputs(config::render(problems).c_str(), stderr); }

std::string count(std::size_t number, std::string_view what) {
  return std::to_string(number) + " " + std::string(what) + (number == 1 ? "" : "s");
}

Result<int> import_crontab(const Context& context, const CrontabOptions& options) {
  const bool is_stdin = options.path == "-";
  const std::string text = TRY(is_stdin ? read_file("/dev/stdin") : config::read_regular(options.path));
  ZoneCache zones;
  const auto imported = config::import_crontab(is_stdin ? "crontab" : options.path, text, options.format, zones);
  if (!imported) return std::unexpected(Error::bad_input(config::one_line(imported.error())));
  tell(imported->errors);
  tell(imported->warnings);
  if (imported->job_count == 0)
    return std::unexpected(Error::bad_input("the crontab has no job that could be taken over"));
  print(imported->schedules);
  const bool is_system = imported->format == config::CrontabFormat::system;
  hint(context, count(imported->job_count, "job") + " of a crontab " +
                    (is_system ? "of the system (a user before each command)" : "of one user") +
                    (options.format ? "" : "; if that is wrong, say --format"));
  return imported->errors.empty() ? exit_ok : exit_bad_input;
}

void add_import_crontab(CLI::App& parent, Context& context) {
  auto options = std::make_shared<CrontabOptions>();
  CLI::App* command = parent.add_subcommand("crontab", "Of a user, or of the system.");
  command->footer(
      "  crontab -l | belfry import crontab - > schedules.yaml\n"
      "  belfry import crontab /etc/crontab");
  command->add_option("FILE", options->path, "The crontab; - is standard input")->type_name("");
  add_crontab_format(*command, options->format);
  command->callback(
      [&context, options] { context.chosen = [options](Context& c) { return import_crontab(c, *options); }; });
}

}  // namespace

void add_import(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("import", "Turn the jobs of another system into a schedules.yaml, on stdout.");
  command->footer("  belfry import crontab /etc/crontab > schedules.yaml");
  command->require_subcommand(1);
  add_import_crontab(*command, context);
}

}  // namespace belfry::cli
