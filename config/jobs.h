// From entries to jobs: what a job's keys mean together.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <belfry/job.h>
#include <belfry/zone.h>

#include <config/job_entry.h>
#include <config/lint.h>
#include <config/own_account.h>
#include <config/pools.h>
#include <config/references.h>
#include <config/schedule_pool.h>
#include <config/schedules.h>

namespace belfry::config {

// What a job needs of the file around it. REQUIRES: zone is not null.
struct FileSurroundings {
  std::shared_ptr<const Zone> zone;
  Calendars calendars;
  std::vector<QueueDefinition> queues;
  std::vector<SecretEntry> secrets;
  std::optional<Node> defaults_map;
  JobEntry defaults;
  CallableScope callables;
  std::uint64_t salt = 0;
  std::optional<OwnAccount> only_as;
};

// What the jobs of one file share.
struct Shared {
  Pool<Policies> policies{default_policies()};
  Pool<ProcessSettings> processes{default_process_settings()};
  SchedulePool schedules;
  References references;
  std::optional<Linter> linter;  // none: nobody asked for warnings
};

// `defaults:` as the entry in which every job begins.
JobEntry read_defaults(Reader& reader, Node map, std::span<const QueueDefinition> queues);

// Empty: something was wrong, and has been reported.
std::optional<Job> read_job(Reader& reader, const Entry& entry, const FileSurroundings& file, Shared& shared);

}  // namespace belfry::config
