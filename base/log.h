// The daemon's log: one line per event, for the administrator at three in the morning. Behind it stands spdlog, and
// this pair of files is the only place that names it.
#pragma once

#include <string_view>

namespace belfry::log {

void info(std::string_view line);
void warning(std::string_view line);
void error(std::string_view line);

}  // namespace belfry::log
