#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <api/json.h>
#include <base/try.h>
#include <base/zones.h>
#include <cli/daemon_link.h>
#include <cli/document.h>
#include <cli/edit_command.h>
#include <cli/edited_file.h>
#include <cli/editor.h>
#include <cli/exit_code.h>
#include <cli/job_accounts.h>
#include <cli/output.h>
#include <cli/reload_command.h>
#include <cli/surroundings.h>
#include <config/difference.h>
#include <config/load.h>
#include <daemon/clock.h>

namespace belfry::cli {

namespace {

constexpr const char* fresh_file =
    "version: 1\n"
    "\n"
    "jobs:\n"
    "  hello:\n"
    "    schedule: every 5m\n"
    "    run: echo hello\n";

struct Options {
  std::string path;
  bool is_sure = false;  // -y
};

// The letter that somebody chose; nothing where nobody answers any more.
std::optional<char> ask(const std::string& question, std::string_view letters) {
  for (;;) {
    std::fputs((question + " ").c_str(), stderr);
    std::string answer;
    if (!std::getline(std::cin, answer)) return std::nullopt;
    if (answer.size() == 1 && letters.contains(answer[0])) return answer[0];
  }
}

class Session {
 public:
  Session(const Context& context, const Options& options, EditedFile file)
      : context_(context),
        options_(options),
        file_(std::move(file)),
        editor_(find_editor(Surroundings::of_this_process())) {}

  Result<int> run() {
    accounts_ = accounts_of_file(find_daemon(context_, Surroundings::of_this_process()), file_.path());
    for (;;) {
      TRY(run_editor(editor_, file_.copy()));
      const std::string text = TRY(file_.edited());
      if (text == file_.before()) return nothing_changed();
      const auto loaded = load(text);
      const auto choice = loaded ? ask_about(*loaded) : ask_about(loaded.error());
      if (!choice) return keep_for_later();
      if (*choice == 'y') return install(text);
      if (*choice == 'q') return nothing_changed();
    }
  }

 private:
  config::Loaded load(const std::string& text) {
    return config::load_text(file_.path(), text, zones_, {.only_as = accounts_.only_as, .lint_at = clock_.read().wall});
  }

  std::optional<char> ask_about(const std::vector<config::Problem>& problems) {
    std::fputs(config::render(problems).c_str(), stderr);
    return ask("Edit again (e), or leave the file as it was (q)?", "eq");
  }

  std::optional<char> ask_about(const config::LoadedConfig& loaded) {
    std::fputs(config::render(loaded.warnings).c_str(), stderr);
    if (const std::string doubt = doubt_about_accounts(*loaded.set, accounts_); !doubt.empty()) hint(context_, doubt);
    show_difference(*loaded.set);
    if (const auto changed = file_.was_changed_meanwhile(); !changed || *changed) {
      std::fputs("Meanwhile somebody else has changed the file: his changes would be lost.\n", stderr);
    } else if (options_.is_sure) {
      return 'y';
    }
    return ask("Install it (y), edit again (e), or leave the file as it was (q)?", "yeq");
  }

  void show_difference(const JobSet& after) {
    const auto before = config::load_text(file_.path(), file_.before(), zones_, {});
    if (!before && !file_.before().empty()) {
      print("The file as it was has errors, so what would change is not known.  Jobs in it now: " +
            std::to_string(after.jobs.size()) + "\n");
      std::fflush(stdout);
      return;
    }
    const JobSet none;
    const WallTime now = clock_.read().wall;
    const api::Reloaded difference{.changes = config::difference(before ? *before->set : none, after, now)};
    const auto document = decode_reload(api::reloaded_json(difference, {.now = now, .timezone = after.zone_name}));
    if (document) print_changes(*document, "It would change ");
    std::fflush(stdout);
  }

  Result<int> install(const std::string& text) {
    TRY(file_.install(text));
    const DaemonLink daemon = find_daemon(context_, Surroundings::of_this_process());
    const auto reloaded = daemon.post("/v1/config/reload", "");
    if (reloaded) {
      hint(context_, file_.path() + " is saved, and the daemon has read its file again.");
    } else if (reloaded.error().kind == ErrorKind::unreachable) {
      hint(context_, file_.path() + " is saved. No daemon answers: it takes effect when one starts.");
    } else {
      return std::unexpected(reloaded.error());
    }
    return exit_ok;
  }

  Result<int> nothing_changed() {
    hint(context_, "Nothing is changed.");
    return exit_ok;
  }

  Result<int> keep_for_later() {
    file_.keep_copy();
    return std::unexpected(Error::failed("nothing is changed; the edited text is kept in " + file_.copy()));
  }

  const Context& context_;
  const Options& options_;
  EditedFile file_;
  std::string editor_;
  JobAccounts accounts_;
  ZoneCache zones_;
  SystemClock clock_;
};

Result<int> edit(const Context& context, const Options& options) {
  EditedFile file = TRY(EditedFile::open(options.path, fresh_file));
  return Session(context, options, std::move(file)).run();
}

}  // namespace

void add_edit(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  options->path = find_config(Surroundings::of_this_process());
  CLI::App* command = app.add_subcommand(
      "edit", "Edit the file; it is only replaced when the new text is accepted, as visudo does it.");
  command->footer(
      "  belfry edit\n"
      "  VISUAL=nano belfry edit /etc/belfry/schedules.yaml");
  command->add_option("FILE", options->path, "The file; the one that the daemon would read, if none is given")
      ->type_name("");
  command->add_flag("-y,--yes", options->is_sure, "Install what is accepted without asking");
  command->callback([&context, options] { context.chosen = [options](Context& c) { return edit(c, *options); }; });
}

}  // namespace belfry::cli
