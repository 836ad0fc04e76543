// The terms of a job in a story: `let backup retry max 3 delay 1m`.
#pragma once

#include <string_view>

#include <belfry/job.h>

namespace belfry::story {

// Changes the job as the words say. The words are those of schedules.yaml.
Result<void> set_term(Job& job, std::string_view words);

Result<QueueDefinition> parse_queue(std::string_view words);  // "database concurrency 1 max_waiting 2"
Result<DaemonLimits> parse_limits(std::string_view words);    // "max_running 2 catch_up_spacing 1s"

}  // namespace belfry::story
