#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <base/log.h>

namespace belfry::log {

namespace {

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("belfry", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %-7l %v");
    made->flush_on(spdlog::level::info);
    return made;
  }();
  return *instance;
}

}  // namespace

// The line is data, not a format string.
void info(std::string_view line) { logger().info("{}", line); }
void warning(std::string_view line) { logger().warn("{}", line); }
void error(std::string_view line) { logger().error("{}", line); }

}  // namespace belfry::log
