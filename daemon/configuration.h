// The configuration in force: the last content of the file that had no error (S34).
#pragma once

#include <memory>
#include <string>

#include <belfry/error.h>
#include <belfry/job.h>

#include <base/zones.h>
#include <config/load.h>

namespace belfry {

class Configuration {
 public:
  // Reads the file for the first time. ErrorKind::bad_input: every problem of the file, as it is shown to people.
  static Result<Configuration> load(std::string path, ZoneCache& zones);

  // Reads the file again. The new jobs, or null: the content is the same, or it has errors and what was in force stays
  // in force (trouble() says why).
  std::shared_ptr<const JobSet> reload();

  // Those of the daemon's start: a change of them waits for the next one.
  const config::DaemonSettings& daemon() const { return daemon_; }
  const std::string& path() const { return path_; }
  const std::shared_ptr<const JobSet>& jobs() const { return jobs_; }
  const std::string& trouble() const { return trouble_; }  // empty: the file as it is now is in force

 private:
  Configuration(std::string path, ZoneCache& zones) : path_(std::move(path)), zones_(&zones) {}
  Result<config::LoadedConfig> read() const;

  std::string path_;
  ZoneCache* zones_;
  std::shared_ptr<const JobSet> jobs_;
  config::DaemonSettings daemon_;
  std::string trouble_;
};

}  // namespace belfry
