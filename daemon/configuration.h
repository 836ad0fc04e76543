// The configuration in force: the last content of the files that had no error (S34). A copy of it is kept in the state
// directory; a start with broken files runs that.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <belfry/error.h>
#include <belfry/job.h>
#include <belfry/job_change.h>

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
    Callables* callables = nullptr;             // lives as long as the configuration
    ZoneCache::Options zones = {};
  };

  // What reading the files again found.
  struct Reading {
    std::string trouble;                           // empty: they have no error, and the rest is meant
    std::string trouble_in_short;                  // its first error, on a line
    std::vector<config::Problem> problems;         // all of them
    std::shared_ptr<const JobSet> jobs;            // null: the content is that which is in force
    std::shared_ptr<const config::Pieces> pieces;  // of their file
    config::DaemonSettings daemon;
    std::vector<std::string> watched;
    std::vector<config::Problem> warnings;
    std::vector<JobChange> changes;  // against what is in force
    bool needs_restart = false;
    std::vector<std::string> moved;       // jobs that come next at another time, although nobody edited them
    std::vector<std::string> zone_files;  // what says how the zones are: to be watched
  };
  // What a reading goes by.
  struct How {
    Options options;
    std::string copy_path = {};                       // empty: no copy is kept yet
    std::optional<std::uint64_t> salt_in_force = {};  // of the daemon's start
  };
  enum class Purpose {
    apply,
    rehearse,
    renew,  // the jobs in force once more, from the same texts, with the zones as they are now (S15)
  };

  explicit Configuration(Options options)
      : how_{.options = std::move(options)}, zones_(std::make_shared<ZoneCache>(how_.options.zones)) {}

  // The files as they are now, for the first time.
  config::Loaded read() const;

  // Takes what read() gave for the first time; a copy of it is kept at this path from now on. ErrorKind::bad_input:
  // every problem of the file, as it is shown to people, and there is no copy to run instead. With one, it is in force,
  // and trouble() is not empty. What it returns is against the copy that an earlier daemon has left, `jobs` null where
  // there is nothing new, or no copy. REQUIRES: called once, before all that follows.
  Result<Reading> begin(config::Loaded first, std::string copy_path, WallTime now);

  // Reads the files again when it is called, on whichever thread, while this object is used on its own; but one reading
  // at a time. To be applied, a copy of what it accepts is kept.
  std::function<Reading()> reading(Purpose purpose, WallTime now) const;

  // A reading that was made to renew says in `trouble` why they stay as they were, which is no trouble of the file.
  std::shared_ptr<const JobSet> take_renewed(const Reading& reading);

  // The new jobs, in force from now on; or null: the content is the same, or it has errors and what was in force stays
  // in force (trouble() says why).
  std::shared_ptr<const JobSet> take(const Reading& reading);

  const std::shared_ptr<const JobSet>& jobs() const { return in_force_.set; }
  // Those of the daemon's start: a change of them waits for the next one.
  const config::DaemonSettings& daemon() const { return daemon_; }
  const std::string& path() const { return how_.options.path; }
  const std::string& trouble() const { return trouble_; }  // empty: the file as it is now is in force
  const std::vector<config::Problem>& problems() const { return problems_; }  // of which trouble() tells

  // Looks for everything that is wrong with a text in the place of the file's, or with the file as it is now, when it
  // is called, as reading() does. Plug-ins are not executed.
  std::function<std::vector<config::Problem>()> check(std::optional<std::string> text, WallTime now) const;

  // The files that were read, and the patterns for more: what is to be watched.
  const std::vector<std::string>& watched() const { return watched_; }
  const std::vector<std::string>& zone_files() const { return zone_files_; }

 private:
  How how_;
  std::shared_ptr<ZoneCache> zones_;  // of whoever reads
  config::Earlier in_force_;
  config::DaemonSettings daemon_;
  std::vector<std::string> watched_;
  std::vector<std::string> zone_files_;
  std::string trouble_;
  std::vector<config::Problem> problems_;
};

}  // namespace belfry
