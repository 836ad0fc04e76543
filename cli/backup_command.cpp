#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <base/os.h>
#include <base/try.h>
#include <cli/backup_command.h>
#include <cli/body_text.h>
#include <cli/daemon_link.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/output.h>
#include <store/sqlite_backup.h>

namespace belfry::cli {

namespace {

// The daemon knows where its ledger is. Where none runs, and none was named, it is where one would put it.
Result<std::string> find_ledger(const Context& context) {
  const auto around = Surroundings::of_this_process();
  const DaemonLink daemon = find_daemon(context, around);
  const auto response = daemon.get("/v1/status");
  if (response) return TRY(decode_status(response->body)).state_dir + "/ledger.db";
  if (response.error().kind != ErrorKind::unreachable || daemon.was_named) return std::unexpected(response.error());
  return default_state_dir(around) + "/ledger.db";
}

// Copied by this process and not by the daemon: the file belongs to whoever asked for it, and lies where they may
// write.
Result<int> back_up(const Context& context, const std::string& file) {
  std::error_code error;
  const std::string path = std::filesystem::absolute(file, error).lexically_normal().string();
  if (error) return std::unexpected(system_error("getcwd", file, error.value()));
  const std::string ledger = TRY(find_ledger(context));
  TRY(back_up_ledger(ledger, path));
  const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(path, error));
  if (context.form == OutputForm::json) {
    print(BodyText().text("file", path).number("bytes", bytes).take() + "\n");
  } else {
    print(path + ": " + std::to_string(bytes) + " bytes\n");
  }
  return exit_ok;
}

}  // namespace

void add_backup(CLI::App& app, Context& context) {
  auto file = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("backup", "Copy the ledger to a file, while the daemon uses it.");
  command->footer(
      "  belfry backup /var/backups/belfry-2026-11-20.db\n"
      "  To go back: stop the daemon, put the file in the place of ledger.db, start it.");
  command->add_option("FILE", *file, "Where to; there must be no such file yet")->required()->type_name("");
  command->callback([&context, file] { context.chosen = [file](Context& c) { return back_up(c, *file); }; });
}

}  // namespace belfry::cli
