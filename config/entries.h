// What the file says, key by key: one struct and one table of fields (fields.h) for each kind of map in it. Nothing
// here is checked beyond the single key and the keys that exclude each other; jobs.h makes jobs of it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <belfry/job.h>

#include <config/types.h>
#include <triggers/calendar.h>
#include <triggers/dst.h>

namespace belfry::config {

// One schedule: a text, or a map with exactly one way to say when.
struct ScheduleEntry {
  std::optional<MarkedText> text;
  std::optional<MarkedText> cron;
  std::optional<MarkedText> every;
  std::optional<MarkedText> on_calendar;
  std::optional<MarkedText> at;
  std::shared_ptr<const Zone> zone;  // null: the file's
  DstPolicy dst;
  std::optional<MarkedText> from;
  std::optional<MarkedText> until;
  std::vector<MarkedText> exclude;
  std::vector<MarkedText> only;
  Millis jitter{0};
  Millis spread{0};
};

// `schedule:` one, or a list of several. Never empty.
struct ScheduleList {
  std::vector<ScheduleEntry> entries;
};

struct JobEntry {
  std::string description;
  std::vector<std::string> tags;
  std::optional<ScheduleList> schedule;
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

// `calendars:` by name.
using Calendars = std::map<std::string, std::shared_ptr<const Calendar>, std::less<>>;

struct FileEntry {
  std::optional<FormatVersion> version;
  Calendars calendars;
  std::shared_ptr<const Zone> zone;  // null: the system's
  std::optional<JobList> jobs;
};

extern const Table<DstPolicy> dst_table;
extern const Table<ScheduleEntry> schedule_table;
extern const Table<JobEntry> job_table;
extern const Table<FileEntry> file_table;

template <>
struct Type<DstPolicy> {
  static constexpr std::string_view words = "a map with 'skipped' and 'repeated'";
  static std::optional<DstPolicy> read(Reader& reader, Node node);
};

template <>
struct Type<ScheduleList> {
  static constexpr std::string_view words = "a text such as 'every 5m', a map, or a list of these";
  static std::optional<ScheduleList> read(Reader& reader, Node node);
};

template <>
struct Type<Calendars> {
  static constexpr std::string_view words = "a map of names to lists of days";
  static std::optional<Calendars> read(Reader& reader, Node node);
};

template <>
struct Type<JobList> {
  static constexpr std::string_view words = "a map of job names to jobs";
  static std::optional<JobList> read(Reader& reader, Node node);
};

}  // namespace belfry::config
