// Names for jobs that had none: what the command does, in a word or two.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace belfry::config {

// `cd / && nice /usr/local/bin/backup.sh --all` is `backup`, `php artisan schedule:run` is `artisan-schedule-run`,
// `run-parts /etc/cron.daily` is `cron-daily`. Always a job's name; `job` where nothing better comes to mind.
std::string name_of_command(std::string_view shell_line);

// Letters, digits, '.', '_' and '-' of the text, fit for a job's name.
std::string name_of_text(std::string_view text);

// Names that each stand once: `backup`, `backup-2`, ...
class DistinctNames {
 public:
  std::string distinct(const std::string& name);

 private:
  std::set<std::string> taken_;
  std::map<std::string, int> numbers_;  // by the name without one: the last that was given
};

}  // namespace belfry::config
