// From a crontab to the text of a schedules.yaml that does the same. There is one way from text to jobs, so a daemon
// that runs a classic crontab reads this text too.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include <base/zones.h>
#include <config/crontab.h>
#include <config/problem.h>

namespace belfry::config {

struct ImportedCrontab {
  CrontabFormat format = CrontabFormat::user;
  std::size_t job_count = 0;
  std::string schedules;          // always a good file, unless there is no job
  std::vector<Problem> errors;    // lines that cron could not have read; they are left out
  std::vector<Problem> warnings;  // what is not carried over
};

// `name` is what messages call it. Without a format it is guessed; where that fails there is nothing but the problem.
std::expected<ImportedCrontab, Problem> import_crontab(const std::string& name, std::string_view text,
                                                       std::optional<CrontabFormat> format, ZoneCache& zones);

}  // namespace belfry::config
