#include <algorithm>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <base/os.h>
#include <base/text.h>
#include <cli/app.h>
#include <cli/backfill_command.h>
#include <cli/backup_command.h>
#include <cli/cancel_command.h>
#include <cli/completion_command.h>
#include <cli/context.h>
#include <cli/daemon_command.h>
#include <cli/daemon_link.h>
#include <cli/doctor_command.h>
#include <cli/edit_command.h>
#include <cli/exec_command.h>
#include <cli/exit_code.h>
#include <cli/explain_command.h>
#include <cli/help_format.h>
#include <cli/import_command.h>
#include <cli/list_command.h>
#include <cli/logs_command.h>
#include <cli/manual_command.h>
#include <cli/next_command.h>
#include <cli/output.h>
#include <cli/pause_command.h>
#include <cli/progress_command.h>
#include <cli/reload_command.h>
#include <cli/retry_command.h>
#include <cli/run_command.h>
#include <cli/runs_command.h>
#include <cli/schema_command.h>
#include <cli/show_command.h>
#include <cli/skip_command.h>
#include <cli/status_command.h>
#include <cli/surroundings.h>
#include <cli/terminal.h>
#include <cli/text_width.h>
#include <cli/validate_command.h>
#include <cli/version_command.h>
#include <cli/why_command.h>

namespace belfry::cli {

namespace {

constexpr auto commands = {add_list,     add_next,     add_show,     add_why,    add_run,    add_logs,
                           add_runs,     add_cancel,   add_retry,    add_pause,  add_resume, add_skip,
                           add_backfill, add_status,   add_doctor,   add_backup, add_daemon, add_schema,
                           add_reload,   add_explain,  add_validate, add_import, add_edit,   add_completion,
                           add_version,  add_progress, add_exec};

void add_common_options(CLI::App& app, Context& context) {
  app.add_flag_callback("--json", [&context] { context.form = OutputForm::json; }, "Answer in JSON");
  app.add_option("--host", context.host, "The daemon to ask: unix:PATH")
      ->envname("BELFRY_HOST")
      ->check(check_host)
      ->type_name("ADDR");
  app.add_flag("-q,--quiet", context.quiet, "The answer only, no hints");
  app.add_flag("--no-color", context.no_color, "No colours (also: NO_COLOR)");
}

const CLI::App* find_command(const CLI::App& app, const std::string& name) {
  const auto found = app.get_subcommands([&](const CLI::App* command) { return command->get_name() == name; });
  return found.empty() ? nullptr : found.front();
}

std::string with_nearest(std::string what, std::string_view word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  if (const auto near = nearest(word, views)) what += "; did you mean '" + std::string(*near) + "'?";
  return what;
}

std::string unknown_command(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return with_nearest("there is no command '" + word + "'", word, names);
}

void add_options(const CLI::App& app, std::vector<std::string>& names) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
}

// `command`: null where none was named.
std::string unknown_option(const CLI::App& app, const CLI::App* command, const std::string& word) {
  std::vector<std::string> names;
  if (command != nullptr) add_options(*command, names);
  add_options(app, names);
  const std::string option = word.substr(0, word.find('='));
  return with_nearest("there is no option '" + option + "'", option, names);
}

using Words = std::span<const char* const>;

bool came_first(const std::string& word, const std::string& other, Words typed) {
  const auto found = std::ranges::find_if(typed, [&](std::string_view one) { return one == word || one == other; });
  return found != typed.end() && *found == word;
}

// `belfry import`: of what?
std::string missing_word(const CLI::App& command, const CLI::ParseError& error) {
  const auto words = command.get_subcommands([](const CLI::App* one) { return !one->get_name().empty(); });
  if (words.empty() || !command.get_subcommands().empty()) return error.what();
  std::string names;
  for (const CLI::App* one : words) names += (names.empty() ? "" : " or ") + one->get_name();
  return "'belfry " + command.get_name() + "' needs one word more: " + names;
}

// What was typed and belongs nowhere, in words; else what the parser says.
std::string what_is_wrong(const CLI::App& app, const CLI::App* command, const CLI::ParseError& error, Words typed) {
  const std::vector<std::string> rest = app.remaining(true);
  const auto option = std::find_if(rest.begin(), rest.end(), [](const std::string& word) {
    return word.size() > 1 && word.starts_with('-') && word != "--";
  });
  if (option != rest.end()) return unknown_option(app, command, *option);
  if (command == nullptr) return rest.empty() ? "a command is missing" : unknown_command(app, rest.front());
  // `belfry tokn list`: the parser passes over the first word, and takes the second one for the command.
  if (!rest.empty() && came_first(rest.front(), command->get_name(), typed)) return unknown_command(app, rest.front());
  if (rest.empty()) return missing_word(*command, error);
  return "'" + rest.front() + "' is a word too many for 'belfry " + command->get_name() + "'";
}

// `belfry help COMMAND` is `belfry COMMAND --help`.
void add_help(CLI::App& app) {
  auto topic = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("help", "Explain a command.");
  command->footer("  belfry help run");
  command->add_option("COMMAND", *topic, "Which command")->type_name("");
  command->callback([&app, topic] {
    const CLI::App* about = topic->empty() ? &app : find_command(app, *topic);
    if (about == nullptr) throw CLI::ValidationError(unknown_command(app, *topic), CLI::ExitCodes::ValidationError);
    const std::string name = topic->empty() ? "belfry" : "belfry " + *topic;
    print(app.get_formatter()->make_help(about, name, CLI::AppFormatMode::Normal));
  });
}

void describe(CLI::App& app, const Context& context) {
  app.name("belfry");
  const Terminal terminal = Terminal::of_stdout(context, Surroundings::of_this_process());
  app.formatter(std::make_shared<HelpFormat>(terminal.width));
  app.footer(
      "  belfry daemon -c schedules.yaml      run the jobs of a file\n"
      "  belfry list                          how they last ran, when they run next\n"
      "  belfry run JOB --wait                run one now\n"
      "  belfry logs JOB                      what it wrote");
  app.require_subcommand(1);
  app.fallthrough();
}

// A sentence on stderr.
void complain(const Context& context, const std::string& sentence) {
  const Terminal terminal = Terminal::of_stderr(context, Surroundings::of_this_process());
  std::fprintf(stderr, "%s\n", wrapped(sentence, {.width = terminal.width, .indent = 2}).c_str());
}

int usage_error(const CLI::App& app, const Context& context, const CLI::ParseError& error, Words typed) {
  const auto chosen = app.get_subcommands();
  const CLI::App* const command = chosen.empty() ? nullptr : chosen.front();
  const std::string what = what_is_wrong(app, command, error, typed);
  const bool is_about_command = command != nullptr && command->get_name() != "help";
  const std::string help = is_about_command ? "belfry help " + command->get_name() : "belfry help";
  complain(context, "belfry: " + printable(what));
  complain(context, "Try: " + help);
  return exit_usage;
}

// The problems of a file come as lines that begin with its name, already fit for a terminal.
int report(const Context& context, const Error& error) {
  std::fflush(stdout);
  const bool has_lines = error.what.find('\n') != std::string::npos;
  if (has_lines) {
    std::fprintf(stderr, "%s\n", std::string(trim(error.what)).c_str());
  } else {
    complain(context, "belfry: " + printable(error.what));
  }
  return exit_code_of(error.kind);
}

// An answer that did not reach its file is a failure, also when the disk fills up at the last byte.
int finish(const Context& context, int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  return report(context, system_error("write", "stdout"));
}

}  // namespace

int run_program(int argc, const char* const* argv) {
  CLI::App app{"A cron that can say what became of every single time a job was due."};
  Context context;
  describe(app, context);
  add_common_options(app, context);
  for (const auto add : commands) add(app, context);
  add_help(app);
  add_manual(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {
    return app.exit(wanted);
  } catch (const CLI::ParseError& error) {
    return usage_error(app, context, error, Words(argv, static_cast<std::size_t>(argc)).subspan(1));
  }
  if (!context.chosen) return finish(context, exit_ok);  // help
  const Result<int> code = context.chosen(context);
  return code ? finish(context, *code) : report(context, code.error());
}

}  // namespace belfry::cli
