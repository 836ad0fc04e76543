#include <cstdio>

#include <base/text.h>
#include <base/zones.h>
#include <cli/output.h>
#include <cli/terminal.h>
#include <cli/text_width.h>

namespace belfry::cli {

namespace {

// Broken where a new thing begins, and within it only where it is too long by itself.
std::string fitting(std::string_view line, const Terminal& terminal) {
  const std::string lines = broken_at_gaps(line, terminal.width);
  std::string out;
  for (const std::string_view part : split(lines, '\n')) {
    out += wrapped(part, {.width = terminal.width, .indent = 2}) + "\n";
  }
  return out;
}

}  // namespace

void print(std::string_view answer) { std::fwrite(answer.data(), 1, answer.size(), stdout); }

void print_footer(const Context& context, std::string_view line) {
  if (context.quiet) return;
  const Terminal terminal = Terminal::of_stdout(context, Surroundings::of_this_process());
  print(fitting(line, terminal));
}

void hint(const Context& context, std::string_view line) {
  if (context.quiet || context.form == OutputForm::json) return;
  std::fflush(stdout);  // on a terminal the hint comes after what it is about
  const Terminal terminal = Terminal::of_stderr(context, Surroundings::of_this_process());
  std::fputs(fitting(line, terminal).c_str(), stderr);
}

std::shared_ptr<const Zone> zone_named(const std::string& name) {
  const auto zone = ZoneCache().find(name);
  return zone ? *zone : Zone::utc();
}

}  // namespace belfry::cli
