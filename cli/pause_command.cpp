#include <memory>
#include <vector>

#include <CLI/CLI.hpp>
#include <base/try.h>
#include <base/words.h>
#include <cli/body_text.h>
#include <cli/daemon_link.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/output.h>
#include <cli/pause_command.h>
#include <cli/typed_time.h>

namespace belfry::cli {

namespace {

struct Chosen {
  std::vector<std::string> jobs;
  std::vector<std::string> tags;
  bool is_all = false;

  // As it was typed: "nightly-backup", "--tag db".
  std::string in_words() const {
    std::string words = is_all ? " --all" : "";
    for (const std::string& job : jobs) words += " " + job;
    for (const std::string& tag : tags) words += " --tag " + tag;
    return words.substr(1);
  }
};

struct PauseOptions {
  Chosen chosen;
  std::string length;
  std::string until;
  std::string reason;
};

struct ResumeOptions {
  Chosen chosen;
  bool catches_up = false;
};

void add_choice(CLI::App& command, Chosen& chosen) {
  command.add_option("JOB", chosen.jobs, "Which jobs")->type_name("");
  command.add_option("--tag", chosen.tags, "Those with this tag")->type_name("TAG")->allow_extra_args(false);
  command.add_flag("--all", chosen.is_all, "All of them");
}

// REQUIRES: the command was parsed.
void check_choice(const Chosen& chosen) {
  const int ways = (chosen.jobs.empty() ? 0 : 1) + (chosen.tags.empty() ? 0 : 1) + (chosen.is_all ? 1 : 0);
  if (ways == 1) return;
  throw CLI::ValidationError(
      ways == 0 ? "which jobs? Name them, or say --tag TAG or --all" : "either names of jobs, or --tag TAG, or --all",
      CLI::ExitCodes::ValidationError);
}

BodyText body_of(const Chosen& chosen) {
  BodyText body;
  body.texts("jobs", chosen.jobs).texts("tags", chosen.tags).flag("all", chosen.is_all);
  return body;
}

Result<int> tell(const Context& context, const std::string& answer, const std::string& what, const std::string& next) {
  if (context.form == OutputForm::json) {
    print(answer);
    return exit_ok;
  }
  print(counted(TRY(decode_count(answer)), "job") + " " + what + "\n");
  hint(context, next);
  return exit_ok;
}

Result<int> pause(const Context& context, const PauseOptions& options) {
  const DaemonLink daemon = find_daemon(context, Surroundings::of_this_process());
  BodyText body = body_of(options.chosen);
  body.text("until", TRY(coming_instant_for(daemon, options.until)));
  body.text("for", options.length).text("reason", options.reason);
  const HttpResponse response = TRY(daemon.post("/v1/jobs/pause", body.take()));
  return tell(context, response.body, "paused", "What runs goes on.  Undo: belfry resume " + options.chosen.in_words());
}

Result<int> resume(const Context& context, const ResumeOptions& options) {
  const DaemonLink daemon = find_daemon(context, Surroundings::of_this_process());
  BodyText body = body_of(options.chosen);
  body.flag("catch_up", options.catches_up);
  const HttpResponse response = TRY(daemon.post("/v1/jobs/resume", body.take()));
  return tell(context, response.body, "resumed", "When they run next: belfry next");
}

}  // namespace

void add_pause(CLI::App& app, Context& context) {
  auto options = std::make_shared<PauseOptions>();
  CLI::App* command = app.add_subcommand("pause", "Let the schedules of jobs start nothing for a while.");
  command->footer(
      "  belfry pause nightly-backup --for 2h --reason \"disk swap\"\n"
      "  belfry pause --tag db --until 18:00\n"
      "  belfry pause --all                   until belfry resume --all");
  add_choice(*command, options->chosen);
  auto* length = command->add_option("--for", options->length, "For so long")->check(check_duration)->type_name("SPAN");
  command->add_option("--until", options->until, "Until this time")
      ->check(check_instant)
      ->type_name("TIME")
      ->excludes(length);
  command->add_option("--reason", options->reason, "Why; shown wherever the pause is")->type_name("TEXT");
  command->callback([&context, options] {
    check_choice(options->chosen);
    context.chosen = [options](Context& c) { return pause(c, *options); };
  });
}

void add_resume(CLI::App& app, Context& context) {
  auto options = std::make_shared<ResumeOptions>();
  CLI::App* command = app.add_subcommand("resume", "Let paused jobs go on.");
  command->footer(
      "  belfry resume nightly-backup\n"
      "  belfry resume --tag db --catch-up    and make up for what was due meanwhile, as `missed` says");
  add_choice(*command, options->chosen);
  command->add_flag("--catch-up", options->catches_up, "Make up for what was due during the pause");
  command->callback([&context, options] {
    check_choice(options->chosen);
    context.chosen = [options](Context& c) { return resume(c, *options); };
  });
}

}  // namespace belfry::cli
