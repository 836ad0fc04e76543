#include <CLI/CLI.hpp>
#include <base/text.h>
#include <base/try.h>
#include <base/words.h>
#include <cli/daemon_link.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/fields.h>
#include <cli/output.h>
#include <cli/status_command.h>

namespace belfry::cli {

namespace {

std::string jobs_phrase(const StatusRow& status) {
  std::string phrase = counted(status.jobs, "job");
  if (status.paused > 0) phrase += ", " + std::to_string(status.paused) + " paused";
  return phrase;
}

std::string runs_phrase(const StatusRow& status) {
  std::string phrase = std::to_string(status.running) + " running";
  if (status.open > status.running) phrase += ", " + std::to_string(status.open - status.running) + " waiting";
  return phrase;
}

std::string queues_phrase(const StatusRow& status) {
  std::string lines;
  for (const QueueRow& queue : status.queues) {
    lines += std::string(lines.empty() ? "" : "\n") + queue.name + ": " + std::to_string(queue.running) +
             (queue.concurrency ? " of " + std::to_string(*queue.concurrency) : "") + " running, " +
             std::to_string(queue.waiting) + " waiting";
  }
  return lines;
}

Result<int> show_status(const Context& context) {
  const DaemonLink daemon = find_daemon(context, Surroundings::of_this_process());
  const HttpResponse response = TRY(daemon.get("/v1/status"));
  if (context.form == OutputForm::json) {
    print(response.body);
    return exit_ok;
  }
  const StatusRow status = TRY(decode_status(response.body));
  const bool is_well = status.state == "ready";
  Fields fields;
  fields.add("state", status.state, is_well ? Emphasis::good : Emphasis::bad);
  fields.add("version",
             status.version + ", up for " + format_duration(std::chrono::floor<std::chrono::seconds>(status.uptime)));
  fields.add("jobs", jobs_phrase(status));
  fields.add("runs", runs_phrase(status));
  fields.add("stuck", status.stuck_calls > 0 ? counted(status.stuck_calls, "callable") : "", Emphasis::bad);
  fields.add("queues", queues_phrase(status));
  fields.add("file", status.config_path + ", revision " + status.revision);
  fields.add_picture("trouble", status.config_trouble, Emphasis::bad);
  fields.add("ledger", status.state_dir);
  fields.add("trouble", status.ledger_trouble, Emphasis::bad);
  fields.add("zones", status.tzdata);
  print(fields.render(Terminal::of_stdout(context, Surroundings::of_this_process())));
  hint(context, is_well ? "Is everything as it should be?  belfry doctor" : "What to do about it?  belfry doctor");
  return exit_ok;
}

}  // namespace

void add_status(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("status", "Show how the daemon is.");
  command->footer(
      "  belfry status\n"
      "  belfry status --json | jq -r .state");
  command->callback([&context] { context.chosen = show_status; });
}

}  // namespace belfry::cli
