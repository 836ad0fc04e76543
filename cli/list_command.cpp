#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <api/target.h>
#include <base/try.h>
#include <base/words.h>
#include <cli/daemon_link.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/list_command.h>
#include <cli/output.h>
#include <cli/phrases.h>
#include <cli/read_view.h>
#include <cli/table.h>
#include <cli/text_width.h>

namespace belfry::cli {

namespace {

struct Options {
  std::string tag;
  std::string part;
  bool failed = false;
  bool paused = false;
  bool running = false;
};

std::string target_of(const Options& options) {
  std::string query;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) query += (query.empty() ? "?" : "&") + std::string(name) + "=" + api::percent_encode(value);
  };
  add("tag", options.tag);
  add("q", options.part);
  add("state", options.failed ? "failing" : options.paused ? "paused" : options.running ? "running" : "");
  return "/v1/jobs" + query;
}

bool is_failing(const JobRow& job) { return job.last && sign_of(*job.last).emphasis == Emphasis::bad; }

bool executes(const Run& run) { return run.state == RunState::running || run.state == RunState::starting; }

bool is_running(const JobRow& job) { return std::ranges::any_of(job.open, executes); }

// Of several open runs the one that executes; else one that waits. None: there is none, or it is for later.
const Run* open_run_of(const JobRow& job, WallTime now) {
  const auto waits = [now](const Run& run) { return !run.not_before || *run.not_before <= now; };
  auto found = std::ranges::find_if(job.open, executes);
  if (found == job.open.end()) found = std::ranges::find_if(job.open, waits);
  return found == job.open.end() ? nullptr : &*found;
}

// How the last run stands, in two cells: when it was, and what came of it.
std::vector<Cell> last_run_cells(const JobRow& job, WallTime now) {
  if (const Run* const run = open_run_of(job, now)) {
    const Sign sign = sign_of(*run);
    return {{sign.mark + " " + standing_phrase(*run), sign.emphasis},
            {run->started ? took_phrase(std::max(Millis{0}, now - *run->started)) : ""}};
  }
  if (!job.last) return {{"–", Emphasis::faint}, {""}};
  const Run& run = *job.last;
  const Sign sign = sign_of(run);
  const bool is_timed = run.outcome == RunOutcome::succeeded && run.started && run.finished;
  return {{sign.mark + " " + since_phrase(run.finished.value_or(run.due), now), sign.emphasis},
          {is_timed ? took_phrase(*run.finished - *run.started) : standing_phrase(run)}};
}

// In words, unless these are so long that the line as it was written says it better. A time of another zone names it.
Cell schedule_cell(const JobRow& job, const std::string& timezone) {
  constexpr std::size_t width_max = 40;
  const bool is_at_times = job.schedule != "manual" && job.next;
  const std::string zone = is_at_times && job.zone != timezone ? ", " + job.zone : "";
  const std::string words = job.schedule_in_words + zone;
  return {display_width(words) <= width_max ? words : job.schedule + zone};
}

Cell next_cell(const JobRow& job, WallTime now) {
  if (!job.is_enabled) return {"disabled", Emphasis::faint};
  if (job.pause)
    return {job.pause->until ? "paused, goes on " + until_phrase(*job.pause->until, now) : "paused", Emphasis::faint};
  if (!job.next) return {"–", Emphasis::faint};
  return {until_phrase(*job.next, now)};
}

std::string summary(const Listing<JobRow>& jobs) {
  const auto running = std::ranges::count_if(jobs.rows, is_running);
  const auto waiting = std::ranges::count_if(jobs.rows, [](const JobRow& job) { return !job.open.empty(); }) - running;
  const auto failing = std::ranges::count_if(jobs.rows, is_failing);
  std::string line = counted(jobs.rows.size(), "job") + ", " + std::to_string(running) + " running, " +
                     (waiting > 0 ? std::to_string(waiting) + " waiting, " : "") + std::to_string(failing) +
                     " failing.  Times in " + jobs.timezone + ".";
  const auto first = std::find_if(jobs.rows.begin(), jobs.rows.end(), is_failing);
  if (first != jobs.rows.end()) line += "  Why did it fail?  belfry logs " + first->name;
  return line;
}

// S34: these may be the jobs of an earlier text than the file's.
void tell_trouble(const Context& context) {
  if (!context.config.empty()) return;
  const auto response = find_daemon(context, Surroundings::of_this_process()).get("/v1/status");
  const auto status = response ? decode_status(response->body) : std::unexpected(response.error());
  if (!status || status->config_trouble.empty()) return;
  print_footer(
      context,
      "degraded: the file has errors, and these are the jobs that were accepted last.  What is wrong?  belfry status");
}

Result<int> list(const Context& context, const Options& options) {
  const std::string document = TRY(read_view(context, target_of(options)));
  if (context.form == OutputForm::json) {
    print(TRY(member(document, "jobs")));
    return exit_ok;
  }
  const auto jobs = TRY(decode_jobs(document));
  Table table({"JOB", "SCHEDULE", "LAST RUN", "", "NEXT RUN"});
  for (const JobRow& job : jobs.rows) {
    std::vector<Cell> last = last_run_cells(job, jobs.now);
    table.add({{job.name}, schedule_cell(job, jobs.timezone), last[0], last[1], next_cell(job, jobs.now)});
  }
  if (!jobs.rows.empty()) print(table.render(Terminal::of_stdout(context, Surroundings::of_this_process())));
  const bool was_narrowed = target_of(options) != target_of({});
  const bool is_none_of_many = jobs.rows.empty() && was_narrowed;
  print_footer(context, is_none_of_many ? "There is no such job.  All of them: belfry list" : summary(jobs));
  tell_trouble(context);
  return exit_ok;
}

}  // namespace

void add_list(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("list", "Show the jobs: how they last ran, and when they run next.");
  command->footer(
      "  belfry list\n"
      "  belfry list backup --failed\n"
      "  belfry list --json | jq -r '.[] | select(.last.outcome == \"failed\") | .name'\n"
      "  belfry list -c schedules.yaml        what a file says, without a daemon");
  command->add_option("-c,--config", context.config, "Ask this file, not the daemon")->type_name("FILE");
  command->add_option("PART", options->part, "Only jobs with this in their name or description")->type_name("");
  command->add_option("--tag", options->tag, "Only jobs with this tag")->type_name("TAG");
  command->add_flag("--failed", options->failed, "Only jobs whose last run did not succeed");
  command->add_flag("--paused", options->paused, "Only paused jobs");
  command->add_flag("--running", options->running, "Only jobs that have an open run");
  command->callback([&context, options] {
    if (options->failed + options->paused + options->running > 1) {
      throw CLI::ValidationError("one of --failed, --paused and --running, not several",
                                 CLI::ExitCodes::ValidationError);
    }
    context.chosen = [options](Context& c) { return list(c, *options); };
  });
}

}  // namespace belfry::cli
