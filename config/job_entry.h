// What the file says about one job, key by key. The same table reads `defaults:`, whose entry is where every job's
// begins. Nothing here is checked beyond the single key and the keys that exclude each other; jobs.h makes jobs of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <belfry/job.h>

#include <config/call_entry.h>
#include <config/param_entry.h>
#include <config/policy_entry.h>
#include <config/process_entry.h>
#include <config/schedule_entry.h>
#include <config/types.h>

namespace belfry::config {

struct JobEntry {
  std::string description;
  std::vector<std::string> tags;
  std::optional<ScheduleList> schedule;
  std::optional<Script> run;
  std::optional<Script::Shell> shell;
  std::optional<Command> command;
  std::optional<MarkedText> call;
  std::optional<WithEntry> with;
  std::optional<Path> working_dir;
  std::vector<EnvironmentVariable> env;
  bool enabled = true;
  std::vector<ParamEntry> params;
  std::optional<UniqueSetting> unique;  // not yet in `policies`: `false` takes an inherited one back
  std::optional<MarkedText> was;
  std::optional<MarkedText> queue;       // not yet in `policies`: whether there is such a queue is to be seen
  std::optional<OverlapPolicy> overlap;  // not yet in `policies`: what is usual depends on the schedule
  Policies policies;
  ProcessEntry process;
};

extern const Table<JobEntry> job_table;

}  // namespace belfry::config
