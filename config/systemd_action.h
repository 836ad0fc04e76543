// What: from a service's commands to `command:` or `run:`, with `only_if:`.
#pragma once

#include <optional>
#include <string>

#include <config/systemd_conversion.h>

namespace belfry::config {

// The lines of the job. Nothing: there is no command that could be read, which has been reported.
std::optional<std::string> action_of(Conversion& unit);

}  // namespace belfry::config
