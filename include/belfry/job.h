// Jobs: the named entries of schedules.yaml, decoded. A Job is a plain value; it says when, what and under which
// rules, and holds no state of its own. What happened to a job lives in the ledger.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <belfry/names.h>
#include <belfry/params.h>
#include <belfry/policies.h>
#include <belfry/process_settings.h>
#include <belfry/rare.h>
#include <belfry/schedule.h>
#include <belfry/value.h>

namespace belfry {

// `run:` a script, handed to the shell as one text. Its argv is {shell, "-eu", "-c", text} (bash: -eu -o pipefail).
struct Script {
  enum class Shell { sh, bash };
  std::string text;
  Shell shell = Shell::sh;
  bool operator==(const Script&) const = default;
};

// `command:` an argument vector; no shell is involved. REQUIRES: not empty.
struct Command {
  std::vector<std::string> argv;
  bool operator==(const Command&) const = default;
};

// `call:` a callable of the daemon's own process, with its parameters (callable.h).
struct Call {
  std::string name;
  Arguments with;
  bool operator==(const Call&) const = default;
};

using Action = std::variant<Script, Command, Call>;

struct EnvironmentVariable {
  std::string name;
  std::string value;
  bool operator==(const EnvironmentVariable&) const = default;
};

// `measured_from:` an interval that is measured from the job's previous run instead of a grid (S8).
struct MeasuredInterval {
  enum class From { start, finish };
  Millis period{};
  From from = From::finish;
  bool operator==(const MeasuredInterval&) const = default;
};

// `on_startup:` once after the daemon is ready, `@reboot`: once after the first start in a boot of the machine (S9).
struct StartupTrigger {
  enum class When { each_start, each_boot };
  When when = When::each_start;
  Millis delay{};
  bool operator==(const StartupTrigger&) const = default;
};

// `after:` other jobs (S9). Counted is what happened since this job's last run.
struct AfterTrigger {
  enum class When {
    success,  // all of them have succeeded
    failure,  // one of them has failed
    always,   // all of them have ended
  };
  std::vector<JobName> jobs;
  When when = When::success;
  Millis delay{};
  bool operator==(const AfterTrigger&) const = default;
};

struct Job {
  JobName name;
  Rare<JobName> was;  // its name before a renaming: history and state come along (S35)
  std::string description;
  std::vector<std::string> tags;

  Schedule schedule;
  std::string schedule_text;  // as a person wrote it, for lists: `*/5 * * * *`, `every 30s`, `manual`
  std::string zone_name;      // the zone its times are shown in

  // Triggers that no instant answers for. Beside `measured` the schedule is manual (S8).
  Rare<MeasuredInterval> measured;
  Rare<StartupTrigger> startup;
  Rare<AfterTrigger> after;

  std::shared_ptr<const Policies> policies = default_policies();  // REQUIRES: not null

  Action action;
  Rare<std::string> working_dir;  // none: the home of the user the job runs as
  std::vector<EnvironmentVariable> env;
  std::shared_ptr<const ProcessSettings> process = default_process_settings();  // REQUIRES: not null

  // What is to be filled in when an attempt starts: `command`, the values of `env` and those of a callable's `with` may
  // hold `${param:x}`, and the latter two `${secret:x}` (base/placeholders.h).
  std::shared_ptr<const JobInputs> inputs = no_inputs();  // REQUIRES: not null

  bool enabled = true;
};

// The jobs of one accepted configuration, in file order: jobs that are due at the same instant start in this
// order (S5). Names are unique. Immutable once loaded; the core and the API share it.
struct JobSet {
  std::vector<Job> jobs;
  std::vector<QueueDefinition> queues;
  SharedText revision;    // a hash of the configuration's text; recorded with every run (S31)
  std::string zone_name;  // the file's zone, for times that belong to no job
};

}  // namespace belfry
