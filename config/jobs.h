// From entries to jobs: what a job's keys mean together. Schedules are compiled here, and zones settled.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include <belfry/job.h>
#include <belfry/zone.h>

#include <config/entries.h>

namespace belfry::config {

// Empty: something was wrong, and has been reported. REQUIRES: file_zone is not null.
std::optional<Job> read_job(Reader& reader, const Entry& entry, const std::shared_ptr<const Zone>& file_zone);

}  // namespace belfry::config
