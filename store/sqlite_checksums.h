// Checksums of rows in SQL: which columns of which table, and the clauses that write and verify them.
//
// Every connection knows the function belfry_checksum(a, b, ...), which is RowChecksum over its arguments. A row is
// intact if its column `checksum` is that of the others. What is written by hand with another program is damaged.
//
// An index is not covered: it holds copies, and SQLite's own check compares them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <store/sqlite.h>

namespace belfry::sqlite {

struct CheckedTable {
  std::string_view name;
  std::string_view key;      // the columns that identify a row
  std::string_view columns;  // in the order of the checksum. New ones go to the end, with a default of NULL, 0 or ''
};

extern const CheckedTable kv_table;
extern const CheckedTable jobs_table;
extern const CheckedTable standings_table;
extern const CheckedTable backfills_table;
extern const CheckedTable interval_time_table;
extern const CheckedTable runs_table;
extern const CheckedTable attempts_table;
extern const CheckedTable slots_table;
extern const CheckedTable events_table;

// All of the above.
std::span<const CheckedTable* const> checked_tables();

// "belfry_checksum(a, b, ...)"; with a prefix such as "runs." before each column.
std::string checksum_of(const CheckedTable& table, std::string_view prefix = "");

// An expression: 1 if the row is intact.
std::string is_intact(const CheckedTable& table, std::string_view prefix = "");

// What a statement gives a column: "?3", "last + 1". Within an UPDATE, a column's name is its old value.
struct Given {
  std::string_view column;  // lent
  std::string expression;
};

// The checksum of a row that is given these values, and keeps the others.
std::string checksum_given(const CheckedTable& table, const std::vector<Given>& given);

// "a = ?1, b = ?2, checksum = ..."
std::string set_clause(const CheckedTable& table, const std::vector<Given>& given);

// "(a, b, checksum) VALUES (?1, ?2, ...)". REQUIRES: the columns that are left out are NULL, 0 or empty by default.
std::string values_clause(const CheckedTable& table, const std::vector<Given>& given);

// Makes the checksums of all rows fit what they hold.
Result<void> seal(Connection& db, const CheckedTable& table);

// The key of a row that is damaged; none: all are intact.
Result<std::optional<std::string>> find_damaged_row(Connection& db, const CheckedTable& table);

}  // namespace belfry::sqlite
