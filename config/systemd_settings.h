// How: from the settings of a service to those of a job, as whom, where, with what and within which bounds it runs.
#pragma once

#include <string>

#include <config/systemd_conversion.h>

namespace belfry::config {

// The lines of the job; may be empty.
std::string settings_of(Conversion& unit);

}  // namespace belfry::config
