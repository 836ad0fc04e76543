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
#include <belfry/schedule.h>

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

using Action = std::variant<Script, Command>;

struct EnvironmentVariable {
  std::string name;
  std::string value;
  bool operator==(const EnvironmentVariable&) const = default;
};

struct Job {
  JobName name;
  std::string description;
  std::vector<std::string> tags;

  Schedule schedule;
  std::string schedule_text;  // as a person wrote it, for lists: `*/5 * * * *`, `every 30s`, `manual`
  std::string zone_name;      // the zone its times are shown in

  Action action;
  std::optional<std::string> working_dir;  // none: the home of the user the job runs as
  std::vector<EnvironmentVariable> env;

  bool enabled = true;
};

// The jobs of one accepted configuration, in file order: jobs that are due at the same instant start in this
// order (S5). Names are unique. Immutable once loaded; the core and the API share it.
struct JobSet {
  std::vector<Job> jobs;
  std::string revision;   // a hash of the configuration's text; recorded with every run (S31)
  std::string zone_name;  // the file's zone, for times that belong to no job
};

}  // namespace belfry
