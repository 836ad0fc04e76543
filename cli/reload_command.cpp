#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <base/try.h>
#include <base/words.h>
#include <cli/daemon_link.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/output.h>
#include <cli/phrases.h>
#include <cli/reload_command.h>
#include <cli/table.h>
#include <cli/text_width.h>

namespace belfry::cli {

namespace {

struct Options {
  bool is_dry_run = false;
};

std::string sign_of(const ChangeRow& change) {
  return change.kind == "added" ? "+" : change.kind == "removed" ? "-" : "~";
}

std::string what_of(const ChangeRow& change) {
  if (change.kind == "added") return printable(change.schedule);
  if (change.kind == "removed") return "removed";
  std::string text;
  for (const ChangedKey& key : change.keys) {
    text += (text.empty() ? "" : ", ") + key.key;
    if (!key.before.empty() || !key.after.empty()) text += " " + printable(key.before) + " → " + printable(key.after);
  }
  return text;
}

std::string next_of(const ChangeRow& change, WallTime now, const Zone& zone) {
  if (change.kind == "removed") return "history is kept; what runs is left to finish";
  if (change.kind == "added") return change.next ? "first run " + until_phrase(*change.next, now) : "";
  if (change.next == change.next_before) return "";
  return "next run " + (change.next ? local_phrase(*change.next, zone) : "never") + ", was " +
         (change.next_before ? local_phrase(*change.next_before, zone) : "never");
}

std::string head_of(const ReloadDocument& reloaded, const std::string& opening) {
  const std::size_t count = reloaded.changes.size();
  if (count == 0) return "Nothing changes for any job.\n";
  return opening + counted(count, "job") + ":\n";
}

Result<int> reload(const Context& context, const Options& options) {
  const DaemonLink daemon = find_daemon(context, Surroundings::of_this_process());
  const HttpResponse response = TRY(daemon.send(
      {.method = "POST", .target = "/v1/config/reload", .body = options.is_dry_run ? "{\"dry_run\":true}" : ""}));
  if (context.form == OutputForm::json) {
    print(response.body);
  } else if (!context.quiet) {
    print_changes(TRY(decode_reload(response.body)), options.is_dry_run ? "It would change " : "It changed ");
  }
  return exit_ok;
}

}  // namespace

void print_changes(const ReloadDocument& reloaded, const std::string& opening) {
  const auto zone = zone_named(reloaded.timezone);
  std::string text = head_of(reloaded, opening);
  std::size_t name_width = 0;
  std::size_t what_width = 0;
  for (const ChangeRow& change : reloaded.changes) {
    name_width = std::max(name_width, display_width(change.job));
    what_width = std::max(what_width, display_width(what_of(change)));
  }
  const auto padded = [](std::string cell, std::size_t width) {
    return cell + std::string(width - display_width(cell), ' ');
  };
  for (const ChangeRow& change : reloaded.changes) {
    std::string line = "  " + sign_of(change) + " " + padded(change.job, name_width) + "  " +
                       padded(what_of(change), what_width) + "  " + next_of(change, reloaded.now, *zone);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  if (reloaded.needs_restart) text += "'daemon' has changed too: it takes effect when the daemon is started again.\n";
  print(text);
}

void add_reload(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("reload", "Have the daemon read its file again.");
  command->footer(
      "  belfry reload --dry-run     what would change, and how the next times move\n"
      "  belfry reload               saving the file does it too; this waits, and ends with 78 if it is refused");
  command->add_flag("--dry-run", options->is_dry_run, "Only show what would change");
  command->callback([&context, options] { context.chosen = [options](Context& c) { return reload(c, *options); }; });
}

}  // namespace belfry::cli
