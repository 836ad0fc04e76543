// The configuration in force: the last content of the files that had no error (S34). A copy of it is kept in the state
// directory; a start with broken files runs that.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <belfry/error.h>
#include <belfry/job.h>

#include <base/zones.h>
#include <config/load.h>

namespace belfry {

class Configuration {
 public:
  struct Options {
    std::string path;
    config::Language language = config::Language::schedules;
    std::optional<config::CrontabFormat> crontab_format;  // none: it is guessed
    config::EmptyFile empty = config::EmptyFile::refused;
    config::Distrust distrust = config::Distrust::warn;
    std::optional<config::OwnAccount> only_as;  // none: jobs may run as anybody
  };

  Configuration(Options options, ZoneCache& zones) : options_(std::move(options)), zones_(&zones) {}

  // Takes what read() gave for the first time; a copy of it is kept at this path from now on. ErrorKind::bad_input:
  // every problem of the file, as it is shown to people, and there is no copy to run instead. With one, it is in force,
  // and trouble() is not empty. REQUIRES: called once, before all that follows.
  Result<void> begin(config::Loaded first, std::string copy_path);

  // Reads the file again. The new jobs, or null: the content is the same, or it has errors and what was in force stays
  // in force (trouble() says why).
  std::shared_ptr<const JobSet> reload();

  // Builds the jobs in force once more, from the same texts, with the zones as they are now (S15). Null: they cannot be
  // built, and stay as they were.
  std::shared_ptr<const JobSet> renew();

  // What reload() would read; nothing is changed.
  config::Loaded read() const;

  const std::shared_ptr<const JobSet>& jobs() const { return jobs_; }
  // Those of the daemon's start: a change of them waits for the next one.
  const config::DaemonSettings& daemon() const { return daemon_; }
  bool needs_restart() const { return needs_restart_; }
  const std::string& path() const { return options_.path; }
  const std::string& trouble() const { return trouble_; }  // empty: the file as it is now is in force

  // The files that were read, and the patterns for more: what is to be watched.
  const std::vector<std::string>& watched() const { return watched_; }

 private:
  Result<config::LoadedConfig> read_copy() const;
  void take(config::LoadedConfig loaded);
  void keep_copy(const config::LoadedConfig& loaded) const;

  Options options_;
  std::string copy_path_;
  ZoneCache* zones_;
  std::shared_ptr<const JobSet> jobs_;
  config::DaemonSettings daemon_;
  std::vector<std::string> watched_;
  std::string trouble_;
  bool needs_restart_ = false;
  std::optional<std::uint64_t> salt_;  // of the daemon's start
};

}  // namespace belfry
