// What every command shares, and how a command joins the program.
//
// A command is a pair cli/<name>_command.{h,cpp} with one function, called by main before the arguments are parsed:
//
//   void add_list(CLI::App& app, Context& context) {
//     auto options = std::make_shared<Options>();
//     CLI::App* command = app.add_subcommand("list", "...");
//     command->add_flag("--failed", options->failed, "...");
//     command->callback([&context, options] { context.chosen = [options](Context& c) { return list(c, *options); }; });
//   }
//
// A command returns the program's exit code, or an Error, which main prints and maps to one (exit_code.h). It writes
// its answer to stdout and everything else to stderr.
#pragma once

#include <functional>
#include <string>

#include <belfry/error.h>

namespace CLI {
class App;
}

namespace belfry::cli {

enum class OutputForm { people, json };

struct Context {
  // Options that every command takes.
  OutputForm form = OutputForm::people;
  std::string host;    // --host; empty: look for it (host.h)
  std::string config;  // -c; empty: look for it (config_file.h)
  bool quiet = false;  // -q: the answer only, no hints
  bool no_color = false;

  // The command that the arguments chose.
  std::function<Result<int>(Context&)> chosen;
};

}  // namespace belfry::cli
