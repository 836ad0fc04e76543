#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include <CLI/CLI.hpp>
#include <api/target.h>
#include <base/ascii.h>
#include <base/text.h>
#include <base/try.h>
#include <base/words.h>
#include <cli/daemon_link.h>
#include <cli/document.h>
#include <cli/event_story.h>
#include <cli/exit_code.h>
#include <cli/no_slots.h>
#include <cli/output.h>
#include <cli/phrases.h>
#include <cli/slot_story.h>
#include <cli/text_width.h>
#include <cli/typed_time.h>
#include <cli/why_command.h>

namespace belfry::cli {

namespace {

struct Options {
  std::string job;
  std::string at;
  std::string from;
  std::string to;
  std::optional<std::size_t> count;
};

constexpr std::size_t slots_usual = 10;
constexpr std::size_t events_usual = 20;
constexpr std::size_t count_max = 1'000;

struct Span {
  std::string from;  // RFC 3339; empty: unbounded
  std::string to;
};

// What the person typed, as the daemon understands it.
Result<Span> span_of(const DaemonLink& daemon, const Options& options) {
  Span span;
  span.from = TRY(past_instant_for(daemon, options.from));
  span.to = TRY(past_instant_for(daemon, options.at.empty() ? options.to : options.at));
  return span;
}

std::string target_of(const Options& options, const Span& span) {
  const std::size_t count = options.at.empty() ? options.count.value_or(slots_usual) : 1;
  std::string target = "/v1/jobs/" + api::percent_encode(options.job) + "/slots?limit=" + std::to_string(count);
  if (!span.from.empty()) target += "&from=" + api::percent_encode(span.from);
  if (!span.to.empty()) target += "&to=" + api::percent_encode(span.to);
  return target;
}

// Of a job: also what concerns all of them, for that may be why it did not run.
std::string history_target(const Options& options, const Span& span, std::size_t count) {
  std::string target = "/v1/history?limit=" + std::to_string(count);
  if (!options.job.empty()) target += "&job=" + api::percent_encode(options.job);
  if (!span.from.empty()) target += "&since=" + api::percent_encode(span.from);
  if (!span.to.empty()) target += "&until=" + api::percent_encode(span.to);
  return target;
}

template <class Story>
std::string paragraph(const Story& story, const std::string& about, const Terminal& terminal) {
  const std::string title = story.when + (about.empty() ? "" : "  " + about);
  const std::string told = wrapped("  " + story.told, {.width = terminal.width, .indent = 2});
  return wrapped(title, {.width = terminal.width, .indent = 4}) + "\n" + terminal.paint(told, story.emphasis) + "\n";
}

std::string lower_first(std::string text) {
  if (!text.empty()) text.front() = lower(text.front());
  return text;
}

// How the job stands now, which is what becomes of its next slot.
std::string standing_of(const JobRow& job, WallTime now, const Zone& zone) {
  if (!job.is_enabled) return "It is disabled in the file.";
  if (job.pause) return "It is paused " + pause_phrase(*job.pause, zone) + ".  Undo: belfry resume " + job.name;
  if (job.skip_next == 1) return "Its next slot is to be left out.";
  if (job.skip_next > 1) return "Its next " + std::to_string(job.skip_next) + " slots are to be left out.";
  if (!job.next && has_had_its_runs(job))
    return job.name + " has had its runs (`max_runs`), and is not started any more.";
  if (!job.next) return "No time is known at which it is due next: " + lower_first(job.schedule_in_words) + ".";
  return "Next: " + local_phrase(*job.next, zone) + ", " + until_phrase(*job.next, now) + ".";
}

std::optional<WallTime> instant(const std::string& text) {
  const auto t = parse_rfc3339(text);
  return t ? std::optional(*t) : std::nullopt;
}

// What happened while these slots came, newest first. A daemon of another version may not know.
Result<std::vector<Event>> events_around(const DaemonLink& daemon, const Options& options, const Span& span,
                                         const SlotListing& slots) {
  Span wanted{.from = span.from, .to = {}};  // what kept a slot from starting may have ended later
  if (!slots.rows.empty()) wanted.from = format_utc(slots.rows.back().first);
  const auto response = daemon.get(history_target(options, wanted, count_max));
  if (!response && response.error().kind == ErrorKind::not_found) return std::vector<Event>{};
  if (!response) return std::unexpected(response.error());
  return TRY(decode_history(response->body)).rows;
}

// Slots, and what happened to the job in between. Oldest first: it is read like a story.
std::string told_of_rows(const Span& span, const SlotListing& slots, const std::vector<Event>& events, const Zone& zone,
                         const Terminal& terminal) {
  std::vector<std::pair<WallTime, std::string>> parts;
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    const auto to = instant(span.to);
    if (!event->job || (to && event->at > *to)) continue;
    parts.emplace_back(event->at, paragraph(story_of(*event, zone), "", terminal));
  }
  for (auto row = slots.rows.rbegin(); row != slots.rows.rend(); ++row) {
    parts.emplace_back(row->first, paragraph(story_of(*row, zone, events), "", terminal));
  }
  std::ranges::stable_sort(parts, {}, [](const auto& part) { return part.first; });
  std::string text;
  for (const auto& [at, part] : parts) text += part;
  return text;
}

std::string told(const Options& options, const Span& span, const SlotListing& slots, const std::vector<Event>& events,
                 const Terminal& terminal) {
  const auto zone = zone_named(slots.timezone);
  if (slots.rows.empty()) {
    const std::string none =
        told_of_no_slots(options.job, {.from = instant(span.from), .to = instant(span.to)}, slots, *zone);
    return told_of_rows(span, slots, events, *zone, terminal) + wrapped(none, {.width = terminal.width, .indent = 2});
  }
  std::string text = wrapped(told_of_gaps(slots, *zone), {.width = terminal.width, .indent = 2});
  const auto at = instant(span.to);
  if (!options.at.empty() && at && *at > slots.rows.front().last) {
    text += options.job + " was not due at " + local_phrase(*at, *zone) + ". The slot before it:\n";
  }
  return text + told_of_rows(span, slots, events, *zone, terminal);
}

// What somebody did to many jobs at once is told once: their names, then what it was. Oldest first.
std::string told_of_events(const std::vector<Event>& events, const Zone& zone, const Terminal& terminal) {
  constexpr std::size_t names_max = 5;
  std::string text;
  for (auto event = events.rbegin(); event != events.rend();) {
    const EventStory story = story_of(*event, zone);
    std::vector<std::string> jobs;
    if (event->job) jobs.push_back(event->job->text());
    for (++event; event != events.rend() && event->job && !jobs.empty(); ++event) {
      const EventStory next = story_of(*event, zone);
      if (next.when != story.when || next.told != story.told) break;
      jobs.push_back(event->job->text());
    }
    text += paragraph(story, some_of(jobs, names_max), terminal);
  }
  return text;
}

// Without a job: what happened here, beside what ran.
Result<int> tell_history(const Context& context, const Options& options) {
  const DaemonLink daemon = find_daemon(context, Surroundings::of_this_process());
  const std::size_t count = options.count.value_or(events_usual);
  const Span span = TRY(span_of(daemon, options));
  const HttpResponse response = TRY(daemon.get(history_target(options, span, count)));
  if (context.form == OutputForm::json) {
    print(TRY(member(response.body, "events")));
    return exit_ok;
  }
  const auto events = TRY(decode_history(response.body));
  const auto zone = zone_named(events.timezone);
  const Terminal terminal = Terminal::of_stdout(context, Surroundings::of_this_process());
  const std::string text = told_of_events(events.rows, *zone, terminal);
  print(text.empty() ? "Nothing happened in that time.\n" : text);
  if (events.rows.size() == count) hint(context, "More of it?  belfry why -n " + std::to_string(10 * count));
  hint(context, "What failed?  belfry runs --failed    Of one job?  belfry why JOB");
  return exit_ok;
}

Result<int> why(const Context& context, const Options& options) {
  if (options.job.empty()) return tell_history(context, options);
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
  const auto events = TRY(events_around(daemon, options, span, slots));
  print(told(options, span, slots, events, Terminal::of_stdout(context, Surroundings::of_this_process())));
  const auto zone = zone_named(slots.timezone);
  print_footer(context, job ? standing_of(TRY(decode_job(job->body)), slots.now, *zone)
                            : options.job + " is no longer in the file.");
  return exit_ok;
}

}  // namespace

void add_why(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("why", "Tell what became of each time a job was due, and why; or what happened here.");
  command->footer(
      "  belfry why nightly-backup\n"
      "  belfry why nightly-backup --at \"2026-11-20 02:30\"\n"
      "  belfry why nightly-backup --from 2d\n"
      "  belfry why --from 12h                what happened here last night");
  auto* job = command->add_option("JOB", options->job, "Which job; none: what happened to the daemon and its jobs")
                  ->type_name("");
  auto* at =
      command->add_option("--at", options->at, "That one time")->check(check_instant)->type_name("TIME")->needs(job);
  command->add_option("--from", options->from, "Not before this time, or so long ago")
      ->check(check_instant_or_duration)
      ->type_name("TIME")
      ->excludes(at);
  command->add_option("--to", options->to, "Not after this time, or so long ago")
      ->check(check_instant_or_duration)
      ->type_name("TIME")
      ->excludes(at);
  command->add_option("-n", options->count, "How many at most; 10 of a job, else 20")
      ->check(CLI::Range(std::size_t{1}, count_max))
      ->type_name("N");
  command->callback([&context, options] { context.chosen = [options](Context& c) { return why(c, *options); }; });
}

}  // namespace belfry::cli
