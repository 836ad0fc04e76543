#include <sys/ioctl.h>
#include <unistd.h>

#include <base/text.h>
#include <cli/terminal.h>

namespace belfry::cli {

namespace {

constexpr std::size_t width_if_unknown = 80;

std::size_t terminal_width(int fd, const Surroundings& around) {
  if (const auto columns = parse_unsigned(around.variable("COLUMNS").value_or("")); columns && *columns > 0) {
    return *columns;
  }
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return width_if_unknown;
}

std::string_view colour_of(Emphasis emphasis) {
  switch (emphasis) {
    case Emphasis::good:
      return "\033[32m";
    case Emphasis::bad:
      return "\033[31m";
    case Emphasis::busy:
      return "\033[36m";
    case Emphasis::faint:
      return "\033[2m";
    case Emphasis::plain:
      break;
  }
  return "";
}

Terminal terminal_at(int fd, const Context& context, const Surroundings& around) {
  if (::isatty(fd) == 0) return {};
  const bool wants_none = context.no_color || around.variable("NO_COLOR") || around.variable("TERM") == "dumb";
  return {.width = terminal_width(fd, around), .has_colours = !wants_none};
}

}  // namespace

bool Terminal::is_stdout() { return ::isatty(STDOUT_FILENO) != 0; }

Terminal Terminal::of_stdout(const Context& context, const Surroundings& around) {
  return terminal_at(STDOUT_FILENO, context, around);
}

Terminal Terminal::of_stderr(const Context& context, const Surroundings& around) {
  return terminal_at(STDERR_FILENO, context, around);
}

std::string Terminal::paint(std::string_view text, Emphasis emphasis) const {
  if (!has_colours || emphasis == Emphasis::plain) return std::string(text);
  return std::string(colour_of(emphasis)) + std::string(text) + "\033[0m";
}

}  // namespace belfry::cli
