#include <memory>

#include <CLI/CLI.hpp>
#include <api/target.h>
#include <base/text.h>
#include <base/try.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/next_command.h>
#include <cli/output.h>
#include <cli/phrases.h>
#include <cli/read_view.h>
#include <cli/table.h>
#include <cli/typed_time.h>

namespace belfry::cli {

namespace {

struct Options {
  std::size_t count = 20;
  std::string until;
};

constexpr std::size_t count_max = 10'000;

// The clock and the zone are those of whoever answers: the daemon, or the file.
Result<std::string> until_of(Context context, const std::string& text) {
  if (const auto exact = parse_rfc3339(text)) return format_utc(*exact);
  context.quiet = true;  // that no daemon runs is said once
  const std::string document = TRY(read_view(context, "/v1/upcoming?limit=1"));
  const auto frame = TRY(decode_upcoming(document));
  return format_utc(TRY(read_coming_instant(text, *zone_named(frame.timezone), frame.now)));
}

Result<std::string> target_of(const Context& context, const Options& options) {
  const std::string target = "/v1/upcoming?limit=" + std::to_string(options.count);
  if (options.until.empty()) return target;
  const std::string until = TRY(until_of(context, options.until));
  return target + "&until=" + api::percent_encode(until);
}

Result<int> next(const Context& context, const Options& options) {
  const std::string target = TRY(target_of(context, options));
  const std::string document = TRY(read_view(context, target));
  if (context.form == OutputForm::json) {
    print(TRY(member(document, "upcoming")));
    return exit_ok;
  }
  const auto slots = TRY(decode_upcoming(document));
  const auto zone = zone_named(slots.timezone);
  Table table({"DUE", "IN", "JOB"});
  for (const UpcomingRow& slot : slots.rows) {
    table.add({{local_phrase(slot.due, *zone)}, {until_phrase(slot.due, slots.now)}, {slot.job}});
  }
  if (!slots.rows.empty()) print(table.render(Terminal::of_stdout(context, Surroundings::of_this_process())));
  print_footer(context, slots.rows.empty() ? "Nothing is due." : "Times in " + zone->name() + ".");
  return exit_ok;
}

}  // namespace

void add_next(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("next", "Show what is due when.");
  command->footer(
      "  belfry next\n"
      "  belfry next -n 5\n"
      "  belfry next --until 08:00            until tomorrow morning; or  --until 12h\n"
      "  belfry next -c schedules.yaml        what a file says, without a daemon");
  command->add_option("-n", options->count, "How many at most")
      ->check(CLI::Range(std::size_t{1}, count_max))
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--until", options->until, "None after this time, or later than so long from now")
      ->check(check_instant_or_duration)
      ->type_name("TIME");
  command->add_option("-c,--config", context.config, "Ask this file, not the daemon")->type_name("FILE");
  command->callback([&context, options] { context.chosen = [options](Context& c) { return next(c, *options); }; });
}

}  // namespace belfry::cli
