// What a run's columns in SQLite hold where they are not simply its members, and the checksum over all of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <belfry/run.h>

namespace belfry::sqlite {

// NULL unless it ended that way.
std::optional<int> code_of(const Run& run, ProcessEnd::How how);

// Of a run that is open it is the state, of one that is closed the outcome; the other one is NULL.
std::optional<std::string_view> state_of(const Run& run);
std::optional<std::string_view> outcome_of(const Run& run);

// The same as belfry_checksum() over the row's columns (sqlite_checksums.h), computed here: a start does not wait for
// SQLite to collect forty values of which thirty are empty. `id` is the text of the run's, which the caller has
// already.
std::int32_t checksum_of(const Run& run, std::string_view id);

}  // namespace belfry::sqlite
