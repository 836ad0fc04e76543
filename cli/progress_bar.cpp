#include <unistd.h>

#include <cstdio>

#include <cli/progress_bar.h>
#include <cli/terminal.h>
#include <cli/text_width.h>

namespace belfry::cli {

namespace {

constexpr std::size_t bar_width = 20;
constexpr std::size_t width_if_unknown = 80;

}  // namespace

std::string progress_line(const Progress& progress, std::size_t width) {
  const std::size_t filled = static_cast<std::size_t>(progress.percent) * bar_width / 100;
  std::string number = std::to_string(progress.percent);
  number.insert(0, 3 - std::min<std::size_t>(3, number.size()), ' ');
  std::string line = "[" + std::string(filled, '=') + std::string(bar_width - filled, ' ') + "] " + number + "%";
  if (!progress.message.empty()) line += " " + printable(progress.message);
  return shortened(line, width);
}

ProgressBar::ProgressBar(const Context& context) {
  if (context.form == OutputForm::json || context.quiet || ::isatty(STDERR_FILENO) == 0) return;
  const Terminal terminal = Terminal::of_stdout(context, Surroundings::of_this_process());
  width_ = terminal.width == Terminal::unlimited ? width_if_unknown : terminal.width;
}

void ProgressBar::draw(const std::optional<Progress>& progress) {
  if (!is_seen() || !progress) return;
  std::fprintf(stderr, "\r\033[K%s", progress_line(*progress, width_ - 1).c_str());
  std::fflush(stderr);
  is_drawn_ = true;
}

void ProgressBar::erase() {
  if (!is_drawn_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  is_drawn_ = false;
}

}  // namespace belfry::cli
