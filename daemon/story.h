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

}  // namespace belfry
