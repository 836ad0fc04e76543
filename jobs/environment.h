// What a job finds in its environment: this, and nothing of the daemon's (S28). A later line wins over an earlier one.
//
//   PATH      /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
//   HOME      the user's home          USER, LOGNAME  the user's name
//   SHELL     /bin/sh                  LANG           C.UTF-8
//   what the job's own `env_file` and `env` say
//   BELFRY_JOB  BELFRY_RUN_ID  BELFRY_ATTEMPT
//   BELFRY_TRIGGER                  schedule, catch-up, manual, api
//   BELFRY_SCHEDULED_TIME           when it was due, in UTC: for a run on request, when it was asked for (S4)
//   BELFRY_SCHEDULED_DATE           the day of that in the job's time zone
//   BELFRY_LATE_MS                  how long after that it was started
//   BELFRY_MISSED_COUNT             how many missed slots this run stands for; 0 if it is on time (S18)
//   BELFRY_PARAM_X                  the value of parameter x: what the run was told, or its default (S38)
//   BELFRY_RESULT                   a file: what is written to it is the run's result
//   BELFRY_PROGRESS                 a file: `80 uploading` in it says how far the job is, as `belfry progress` does
//   BELFRY_CHECKPOINT               a file that is kept for the next attempt of the run; not there in the first one
//   BELFRY_PREVIOUS_SUCCESS_TIME    when the job last succeeded; not set if it never has
#pragma once

#include <string>
#include <vector>

#include <belfry/launcher.h>
#include <belfry/zone.h>

#include <jobs/account.h>
#include <jobs/input_values.h>

namespace belfry {

struct EnvironmentFacts {
  const Account& account;
  WallTime now;
  const Zone& zone;
  const std::vector<EnvironmentVariable>& variables;  // the job's own, filled in
  const InputValues& inputs;
  std::string job_directory = {};  // of the attempt; empty: it has none
};

// Each as NAME=VALUE, each name once.
std::vector<std::string> job_environment(const StartOrder& order, const EnvironmentFacts& facts);

// The argument vector of an action, as it stands in the file. REQUIRES: it is one for a process.
std::vector<std::string> job_arguments(const Action& action);

}  // namespace belfry
