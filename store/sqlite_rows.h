// How the ledger's records look as rows of SQLite: the columns, and how a row is read. sqlite_run_tables.cpp writes
// them.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <belfry/record.h>
#include <belfry/run.h>

#include <store/sqlite.h>

namespace belfry::sqlite {

// What a question has to select for read_run(), read_slots() and read_event(): the columns in their order, and whether
// the row is intact.
extern const std::string run_selection;
extern const std::string slots_selection;
extern const std::string event_selection;

// run_selection for a question that joins `runs` with `attempts`: the run as it was in that attempt.
std::string attempt_selection();

// The current row. An error: the row is damaged, or holds what this version cannot read.
Result<Run> read_run(Rows& row);
Result<SlotsDecided> read_slots(Rows& row);
Result<Event> read_event(Rows& row);

Result<JobSeen> read_job_seen(Rows& row);  // name, first_seen, counts_from, era, enabled, schedule
Result<JobName> read_job_name(Rows& row);
Result<RunId> read_run_id(Rows& row);
std::optional<WallTime> read_time_or_null(Rows& row);
std::optional<Slot> read_slot_or_null(Rows& row);  // two columns: era, instant

// How a word of the ledger names it; empty where it is unknown.
std::string_view text(Containment containment);

constexpr std::int64_t stored(WallTime t) { return t.time_since_epoch().count(); }
constexpr std::optional<std::int64_t> stored(std::optional<WallTime> t) {
  return t ? std::optional(stored(*t)) : std::nullopt;
}
constexpr std::int64_t stored(Era era) { return std::to_underlying(era); }
inline std::optional<std::string> stored(const std::optional<RunId>& id) {
  return id ? std::optional(id->text()) : std::nullopt;
}
constexpr WallTime wall_time(std::int64_t stored_ms) { return WallTime{Millis{stored_ms}}; }

}  // namespace belfry::sqlite
