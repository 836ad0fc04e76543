#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <api/target.h>
#include <base/text.h>
#include <base/try.h>
#include <cli/daemon_link.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/no_slots.h>
#include <cli/output.h>
#include <cli/phrases.h>
#include <cli/slot_story.h>
#include <cli/typed_time.h>
#include <cli/why_command.h>

namespace belfry::cli {

namespace {

struct Options {
  std::string job;
  std::string at;
  std::string from;
  std::string to;
  std::size_t count = 10;
};

constexpr std::size_t count_max = 1'000;

struct Span {
  std::string from;  // RFC 3339; empty: unbounded
  std::string to;
};

// What the person typed, as the daemon understands it.
Result<Span> span_of(const DaemonLink& daemon, const Options& options) {
  Span span;
  span.from = TRY(past_instant_for(daemon, options.from));
  span.to = TRY(instant_for(daemon, options.at.empty() ? options.to : options.at));
  return span;
}

std::string target_of(const Options& options, const Span& span) {
  const std::size_t count = options.at.empty() ? options.count : 1;
  std::string target = "/v1/jobs/" + api::percent_encode(options.job) + "/slots?limit=" + std::to_string(count);
  if (!span.from.empty()) target += "&from=" + api::percent_encode(span.from);
  if (!span.to.empty()) target += "&to=" + api::percent_encode(span.to);
  return target;
}

std::string paragraph(const SlotStory& story, const Terminal& terminal) {
  return story.when + "\n  " + terminal.paint(story.told, story.emphasis) + "\n";
}

std::string lower_first(std::string text) {
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

// How the job stands now, which is what becomes of its next slot.
std::string standing_of(const JobRow& job, WallTime now, const Zone& zone) {
  if (!job.is_enabled) return "It is disabled in the file.";
  if (job.pause) return "It is paused " + pause_phrase(*job.pause, zone) + ".  Undo: belfry resume " + job.name;
  if (job.skip_next == 1) return "Its next slot is to be left out.";
  if (job.skip_next > 1) return "Its next " + std::to_string(job.skip_next) + " slots are to be left out.";
  if (!job.next) return "No time is known at which it is due next: " + lower_first(job.schedule_in_words) + ".";
  return "Next: " + local_phrase(*job.next, zone) + ", " + until_phrase(*job.next, now) + ".";
}

std::optional<WallTime> instant(const std::string& text) {
  const auto t = parse_rfc3339(text);
  return t ? std::optional(*t) : std::nullopt;
}

std::string told(const Options& options, const Span& span, const SlotListing& slots, const Terminal& terminal) {
  const auto zone = zone_named(slots.timezone);
  if (slots.rows.empty()) {
    return told_of_no_slots(options.job, {.from = instant(span.from), .to = instant(span.to)}, slots, *zone);
  }
  std::string text = told_of_gaps(slots, *zone);
  const auto at = instant(span.to);
  if (!options.at.empty() && at && *at > slots.rows.front().last) {
    text += options.job + " was not due at " + local_phrase(*at, *zone) + ". The slot before it:\n";
  }
  // Oldest first: it is read like a story.
  for (auto row = slots.rows.rbegin(); row != slots.rows.rend(); ++row) {
    text += paragraph(story_of(*row, *zone), terminal);
  }
  return text;
}

Result<int> why(const Context& context, const Options& options) {
  const DaemonLink daemon = find_daemon(context, Surroundings::of_this_process());
  const Span span = TRY(span_of(daemon, options));
  const HttpResponse response = TRY(daemon.get(target_of(options, span)));
  const auto slots = TRY(decode_slots(response.body));
  // Of a job that is gone from the file the ledger still tells; of one that it never saw nobody does.
  auto job = daemon.get("/v1/jobs/" + api::percent_encode(options.job));
  if (!job && slots.rows.empty()) return std::unexpected(job.error());
  if (context.form == OutputForm::json) {
    print(TRY(member(response.body, "slots")));
    return exit_ok;
  }
  print(told(options, span, slots, Terminal::of_stdout(context, Surroundings::of_this_process())));
  const auto zone = zone_named(slots.timezone);
  print_footer(context, job ? standing_of(TRY(decode_job(job->body)), slots.now, *zone)
                            : options.job + " is no longer in the file.");
  return exit_ok;
}

}  // namespace

void add_why(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("why", "Tell what became of each time a job was due, and why.");
  command->footer(
      "  belfry why nightly-backup\n"
      "  belfry why nightly-backup --at \"2026-11-20 02:30\"\n"
      "  belfry why nightly-backup --from 2d");
  command->add_option("JOB", options->job, "Which job")->required()->type_name("");
  auto* at = command->add_option("--at", options->at, "That one time")->type_name("TIME");
  command->add_option("--from", options->from, "Not before this time, or so long ago")->type_name("TIME")->excludes(at);
  command->add_option("--to", options->to, "Not after this time")->type_name("TIME")->excludes(at);
  command->add_option("-n", options->count, "How many at most")
      ->check(CLI::Range(std::size_t{1}, count_max))
      ->capture_default_str()
      ->type_name("N");
  command->callback([&context, options] { context.chosen = [options](Context& c) { return why(c, *options); }; });
}

}  // namespace belfry::cli
