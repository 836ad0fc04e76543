// What the file says, key by key: one struct and one table of fields (fields.h) for each kind of map in it. Nothing
// here is checked beyond the single key and the keys that exclude each other; jobs.h makes jobs of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <belfry/job.h>

#include <config/types.h>

namespace belfry::config {

// `schedule:` a text, or a map with exactly one way to say when.
struct ScheduleEntry {
  std::optional<MarkedText> text;
  std::optional<MarkedText> cron;
  std::optional<MarkedText> every;
  std::shared_ptr<const Zone> zone;  // null: the file's
};

struct JobEntry {
  std::string description;
  std::vector<std::string> tags;
  std::optional<ScheduleEntry> schedule;
  std::optional<Script> run;
  std::optional<Script::Shell> shell;
  std::optional<Command> command;
  std::optional<Path> working_dir;
  std::vector<EnvironmentVariable> env;
  bool enabled = true;
};

// `jobs:` as it stands. A job is read when the whole top of the file is known: its zone may stand below the jobs.
struct JobList {
  Node map;
};

struct FileEntry {
  std::optional<FormatVersion> version;
  std::shared_ptr<const Zone> zone;  // null: the system's
  std::optional<JobList> jobs;
};

extern const Table<ScheduleEntry> schedule_table;
extern const Table<JobEntry> job_table;
extern const Table<FileEntry> file_table;

template <>
struct Type<ScheduleEntry> {
  static constexpr std::string_view words = "a text such as 'every 5m', or a map";
  static std::optional<ScheduleEntry> read(Reader& reader, Node node);
};

template <>
struct Type<JobList> {
  static constexpr std::string_view words = "a map of job names to jobs";
  static std::optional<JobList> read(Reader& reader, Node node);
};

}  // namespace belfry::config
