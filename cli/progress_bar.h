// How far a run is, as one line that is drawn over itself. On stderr, and only where that is a terminal: what the run
// writes goes to stdout, and must stay what it is.
#pragma once

#include <optional>
#include <string>

#include <belfry/run.h>

#include <cli/context.h>

namespace belfry::cli {

// "[=======             ]  37% uploading", at most `width` columns. Pure.
std::string progress_line(const Progress& progress, std::size_t width);

class ProgressBar {
 public:
  explicit ProgressBar(const Context& context);
  ~ProgressBar() { erase(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // Whether there is anybody to see it: else nothing below does anything.
  bool is_seen() const { return width_ > 0; }

  void draw(const std::optional<Progress>& progress);
  void erase();

 private:
  std::size_t width_ = 0;
  bool is_drawn_ = false;
};

}  // namespace belfry::cli
