#include <cstdio>

#include <base/zones.h>
#include <cli/output.h>
#include <cli/terminal.h>
#include <cli/text_width.h>

namespace belfry::cli {

void print(std::string_view answer) { std::fwrite(answer.data(), 1, answer.size(), stdout); }

void print_footer(const Context& context, std::string_view line) {
  if (context.quiet) return;
  const Terminal terminal = Terminal::of_stdout(context, Surroundings::of_this_process());
  print(broken_at_gaps(line, terminal.width) + "\n");
}

void hint(const Context& context, std::string_view line) {
  if (context.quiet || context.form == OutputForm::json) return;
  std::fflush(stdout);  // on a terminal the hint comes after what it is about
  std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
}

std::shared_ptr<const Zone> zone_named(const std::string& name) {
  const auto zone = ZoneCache().find(name);
  return zone ? *zone : Zone::utc();
}

}  // namespace belfry::cli
