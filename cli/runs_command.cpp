#include <memory>

#include <belfry/store.h>

#include <CLI/CLI.hpp>
#include <api/target.h>
#include <base/try.h>
#include <cli/daemon_link.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/output.h>
#include <cli/phrases.h>
#include <cli/runs_command.h>
#include <cli/table.h>
#include <cli/typed_time.h>

namespace belfry::cli {

namespace {

struct Options {
  std::string job;
  std::size_t count = 20;
  std::string since;
  bool failed = false;
};

// Enough of an id to tell it from the others: the time, and some of the rest.
constexpr std::size_t id_characters_shown = 14;

Result<std::string> target_of(const DaemonLink& daemon, const Options& options) {
  std::string target = "/v1/runs?limit=" + std::to_string(options.count);
  if (!options.job.empty()) target += "&job=" + api::percent_encode(options.job);
  if (options.failed) target += "&which=failed";
  const std::string since = TRY(past_instant_for(daemon, options.since));
  if (!since.empty()) target += "&since=" + api::percent_encode(since);
  return target;
}

// In a narrow terminal the date of today says least, and then what started it.
constexpr std::size_t narrow_width = 80;

std::vector<Cell> row_of(const Run& run, const Zone& zone, WallTime now, const Terminal& terminal) {
  const Sign sign = sign_of(run);
  const bool is_timed = run.started && run.finished;
  const WallTime began = std::chrono::floor<std::chrono::seconds>(run.started.value_or(run.due));
  const bool is_narrow = terminal.width < narrow_width;
  return {{run.id.text().substr(0, id_characters_shown)},
          {run.job.text()},
          {sign.mark + " " + standing_phrase(run), sign.emphasis},
          {is_narrow ? near_phrase(began, now, zone) : local_phrase(began, zone)},
          {is_timed ? took_phrase(std::max(Millis{0}, *run.finished - *run.started)) : ""},
          {is_narrow ? "" : std::string(text(run.trigger))}};
}

// An empty answer for a job that does not exist would be a lie by omission.
Result<void> check_job(const DaemonLink& daemon, const std::string& job) {
  TRY(daemon.get("/v1/jobs/" + api::percent_encode(job)));
  return {};
}

const char* nothing(const Options& options) {
  return options.failed || !options.since.empty() ? "No such run." : "Nothing has run yet.";
}

Result<int> runs(const Context& context, const Options& options) {
  const DaemonLink daemon = find_daemon(context, Surroundings::of_this_process());
  if (!options.job.empty() && !JobName::parse(options.job)) TRY(check_job(daemon, options.job));
  const std::string target = TRY(target_of(daemon, options));
  const HttpResponse response = TRY(daemon.get(target));
  const auto listing = TRY(decode_runs(response.body));
  if (listing.rows.empty() && !options.job.empty()) TRY(check_job(daemon, options.job));
  if (context.form == OutputForm::json) {
    print(TRY(member(response.body, "runs")));
    return exit_ok;
  }
  const auto zone = zone_named(listing.timezone);
  const Terminal terminal = Terminal::of_stdout(context, Surroundings::of_this_process());
  Table table({"RUN", "JOB", "OUTCOME", "STARTED", "TOOK", terminal.width < narrow_width ? "" : "TRIGGER"});
  for (const Run& run : listing.rows) table.add(row_of(run, *zone, listing.now, terminal));
  if (!listing.rows.empty()) print(table.render(terminal));
  print_footer(context, listing.rows.empty() ? nothing(options)
                                             : "Times in " + zone->name() + ".  Output of a run: belfry logs RUN");
  return exit_ok;
}

}  // namespace

void add_runs(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("runs", "Show what ran, newest first.");
  command->footer(
      "  belfry runs\n"
      "  belfry runs nightly-backup -n 5\n"
      "  belfry runs --failed --since 2d\n"
      "  belfry runs --json | jq '.[0].outcome'");
  command->add_option("JOB", options->job, "Only this job")->type_name("");
  command->add_option("-n", options->count, "How many at most")
      ->check(CLI::Range(std::size_t{1}, RunQuery::limit_max))
      ->capture_default_str()
      ->type_name("N");
  command->add_flag("--failed", options->failed, "Only those that failed, timed out, could not start or were lost");
  command->add_option("--since", options->since, "Not older than this time, or than so long ago")
      ->check(check_instant_or_duration)
      ->type_name("TIME");
  command->callback([&context, options] { context.chosen = [options](Context& c) { return runs(c, *options); }; });
}

}  // namespace belfry::cli
