// From entries to jobs: what a job's keys mean together.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include <belfry/job.h>
#include <belfry/zone.h>

#include <config/entries.h>

namespace belfry::config {

// What a job needs of the file around it. REQUIRES: zone is not null.
struct FileSurroundings {
  std::shared_ptr<const Zone> zone;
  Calendars calendars;
  std::uint64_t salt = 0;  // of this machine
};

// Empty: something was wrong, and has been reported.
std::optional<Job> read_job(Reader& reader, const Entry& entry, const FileSurroundings& file);

}  // namespace belfry::config
