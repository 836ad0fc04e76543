// How the ledger's records look as rows of SQLite: the column lists, and the way back. What is written here by one
// part of the room is read by another, so both directions stand side by side.
#pragma once

#include <string_view>
#include <utility>

#include <belfry/record.h>
#include <belfry/run.h>

#include <store/sqlite.h>

namespace belfry::sqlite {

// The columns that read_run() and read_slots() expect, in their order.
extern const std::string_view run_columns;
extern const std::string_view slots_columns;

// The current row. An error: the row holds what this version cannot read.
Result<Run> read_run(Rows& row);
Result<SlotsDecided> read_slots(Rows& row);

Result<JobName> read_job_name(Rows& row);
std::optional<WallTime> read_time_or_null(Rows& row);
std::optional<Slot> read_slot_or_null(Rows& row);  // two columns: era, instant

constexpr std::int64_t stored(WallTime t) { return t.time_since_epoch().count(); }
constexpr std::optional<std::int64_t> stored(std::optional<WallTime> t) {
  return t ? std::optional(stored(*t)) : std::nullopt;
}
constexpr std::int64_t stored(Era era) { return std::to_underlying(era); }
constexpr WallTime wall_time(std::int64_t stored_ms) { return WallTime{Millis{stored_ms}}; }

}  // namespace belfry::sqlite
