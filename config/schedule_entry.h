// What the file says behind `schedule:`. Nothing here is checked beyond the single key and the keys that exclude each
// other; schedules.h makes a Schedule of it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <belfry/job.h>

#include <config/types.h>
#include <triggers/dst.h>

namespace belfry::config {

// One schedule: a text, or a map with exactly one way to say when.
struct ScheduleEntry {
  std::optional<MarkedText> text;
  std::optional<MarkedText> cron;
  std::optional<MarkedText> every;
  std::optional<MarkedText> on_calendar;
  std::optional<MarkedText> at;
  std::optional<Millis> on_startup;
  std::optional<JobReferences> after;
  std::optional<MeasuredInterval::From> measured_from;
  std::optional<AfterTrigger::When> when;
  std::optional<Millis> delay;
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

extern const Table<DstPolicy> dst_table;
extern const Table<ScheduleEntry> schedule_table;

template <>
struct Words<MeasuredInterval::From> {
  using From = MeasuredInterval::From;
  static constexpr std::string_view words = "start or finish";
  static constexpr std::array known{Word<From>{"start", From::start}, Word<From>{"finish", From::finish}};
};

template <>
struct Words<AfterTrigger::When> {
  using When = AfterTrigger::When;
  static constexpr std::string_view words = "success, failure or always";
  static constexpr std::array known{Word<When>{"success", When::success}, Word<When>{"failure", When::failure},
                                    Word<When>{"always", When::always}};
  static constexpr std::array foreign{
      ForeignWord{"all_success", "success", "Airflow's"}, ForeignWord{"one_failed", "failure", "Airflow's"},
      ForeignWord{"all_done", "always", "Airflow's"},     ForeignWord{"afterok", "success", "Slurm's"},
      ForeignWord{"afternotok", "failure", "Slurm's"},    ForeignWord{"afterany", "always", "Slurm's"}};
};

template <>
struct Type<DstPolicy> {
  static constexpr std::string_view words = "a map with 'skipped' and 'repeated'";
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::fields, .rules = &dst_table.rules}};
  static void merge(Reader& reader, Node node, DstPolicy& policy);
};

template <>
struct Type<ScheduleList> {
  static constexpr std::string_view words = "a text such as 'every 5m', a map, or a list of these";
  static constexpr std::array one{Shape{}, Shape{.kind = Shape::Kind::fields, .rules = &schedule_table.rules}};
  static constexpr std::array shapes{one[0], one[1], Shape{.kind = Shape::Kind::list, .of = one}};
  static std::optional<ScheduleList> read(Reader& reader, Node node);
};

}  // namespace belfry::config
