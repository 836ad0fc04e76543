// What happened, in words: the daemon's log lines for what the core decided.
#pragma once

#include <string>

#include <belfry/scheduler.h>

namespace belfry {

struct LogLine {
  enum class Level { info, warning, error };
  Level level = Level::info;
  std::string text;
};

LogLine tell(const Notice& notice);

// How the run's last attempt ended: "exit 3", "signal 9", or the reason. Empty: there is nothing to say.
std::string end_in_words(const Run& run);

}  // namespace belfry
