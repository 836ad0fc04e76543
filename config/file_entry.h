// What the top of a file says. Nothing here is checked beyond the single key; load_whole.cpp ties it together.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <config/daemon_settings.h>
#include <config/job_entry.h>
#include <config/types.h>
#include <triggers/calendar.h>

namespace belfry::config {

// `jobs:` as it stands, a map or nothing. A job is read when the whole top of the file is known: its zone may stand
// below the jobs.
struct JobList {
  Node map;
};

// `defaults:` as it stands: it may name a queue that stands below it.
struct DefaultsMap {
  Node map;
};

struct CalendarEntry {
  Node key;
  std::shared_ptr<const Calendar> calendar;
};

struct QueueEntry {
  Node key;
  QueueDefinition queue;
};

struct FileEntry {
  std::optional<FormatVersion> version;
  std::vector<MarkedText> include;
  std::vector<MarkedText> ignore_warnings;
  std::vector<CalendarEntry> calendars;
  std::shared_ptr<const Zone> zone;  // null: the system's
  std::vector<QueueEntry> queues;
  std::vector<SecretEntry> secrets;
  std::vector<MarkedText> plugins;
  DaemonSettings daemon;
  std::optional<DefaultsMap> defaults;
  std::optional<JobList> jobs;
};

inline constexpr std::string_view no_jobs_hint =
    "an empty file never means to delete every job: write  jobs:  and below it  hello: { schedule: every 30s, "
    "run: date }";

extern const Table<QueueDefinition> queue_table;
extern const Table<DaemonSettings> daemon_table;
extern const Table<FileEntry> file_table;

template <>
struct Type<std::vector<CalendarEntry>> {
  static constexpr std::string_view words = "a map of names to lists of days";
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::map_of, .of = shapes::texts}};
  static std::optional<std::vector<CalendarEntry>> read(Reader& reader, Node node);
};

template <>
struct Type<std::vector<QueueEntry>> {
  static constexpr std::string_view words = "a map of queue names to their bounds";
  static constexpr std::array queue{Shape{.kind = Shape::Kind::fields, .rules = &queue_table.rules}};
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::map_of, .of = queue}};
  static std::optional<std::vector<QueueEntry>> read(Reader& reader, Node node);
};

template <>
struct Type<StateSetting> {
  static constexpr std::string_view words = Type<Path>::words;
  static constexpr auto shapes = shapes::path;
  static std::optional<StateSetting> read(Reader& reader, Node node);
};

template <>
struct Type<ListenSetting> {
  static constexpr std::string_view words = "a list with one address, unix:/PATH";
  static constexpr std::array address{Shape{.kind = Shape::Kind::pattern, .pattern = "^unix:/.{1,106}$"}};
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::list, .of = address}};
  static std::optional<ListenSetting> read(Reader& reader, Node node);
};

template <>
struct Type<OnStopSetting> {
  static constexpr std::string_view words = "leave, kill, or wait and a duration, as in 'wait 90s'";
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::pattern, .pattern = "^(leave|kill|wait +[0-9].*)$"}};
  static std::optional<OnStopSetting> read(Reader& reader, Node node);
};

// `keep:` with its sizes as they are written.
struct KeepEntry {
  std::size_t runs = 0;
  std::size_t all_runs = 0;
  Millis age{};
  Size output;
};

extern const Table<KeepEntry> keep_table;

template <>
struct Type<Keep> {
  static constexpr std::string_view words = "a map such as { runs: 200, for: 90d, output: 1GiB }";
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::fields, .rules = &keep_table.rules}};
  static void merge(Reader& reader, Node node, Keep& keep);
};

template <>
struct Type<DaemonSettings> {
  static constexpr std::string_view words = "a map such as { max_running: 100 }";
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::fields, .rules = &daemon_table.rules}};
  static void merge(Reader& reader, Node node, DaemonSettings& settings);
};

template <>
struct Type<DefaultsMap> {
  static constexpr std::string_view words = "a map of keys that every job may have";
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::defaults, .rules = &job_table.rules}};
  static std::optional<DefaultsMap> read(Reader& reader, Node node);
};

template <>
struct Type<JobList> {
  static constexpr std::string_view words = "a map of job names to jobs";
  static constexpr std::array job{Shape{.kind = Shape::Kind::fields, .rules = &job_table.rules}};
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::map_of, .of = job}};
  static std::optional<JobList> read(Reader& reader, Node node);
};

}  // namespace belfry::config
