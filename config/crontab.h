// A crontab, read as cron reads it: each line with what it finds in its environment, the comments above it, and what
// of cron has no counterpart here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/job.h>

#include <base/zones.h>
#include <config/problem.h>
#include <config/source.h>

namespace belfry::config {

// Whose crontab it is: that of one user, or one of the system's, in which a user stands before each command.
enum class CrontabFormat { user, system };

struct CrontabJob {
  std::size_t line = 0;              // from 1
  std::string schedule;              // as `schedule:` takes it; `manual` where the line never happens
  std::string zone;                  // CRON_TZ; empty: the machine's
  std::string spread;                // RANDOM_DELAY as a duration; empty: none
  std::string user;                  // system format only
  std::string group;                 // FreeBSD's `user:group`; else empty
  std::string command;               // for the shell
  std::optional<std::string> input;  // behind the first %
  std::string shell = "/bin/sh";
  std::vector<EnvironmentVariable> env;  // in force on its line
  std::vector<std::string> comments;     // above it, without their #; an empty one is an empty line
  std::string description;               // the comment right above it, where that is one line
  std::string remark;                    // why it is not quite what the line says; empty: it is
};

struct Crontab {
  std::vector<CrontabJob> jobs;
  std::vector<std::string> left_out;  // lines that are none of cron's, each with the reason
  std::vector<std::string> comments;  // behind the last job
};

// A line that cron could not read is an error, and left out; what cannot be carried over is a warning.
Crontab read_crontab(const Source& source, CrontabFormat format, ZoneCache& zones, Problems& problems);

}  // namespace belfry::config
