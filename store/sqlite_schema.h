// The ledger's tables in SQLite, and how an older ledger becomes a newer one.
#pragma once

#include <span>
#include <string_view>

#include <belfry/error.h>

#include <store/sqlite.h>

namespace belfry {

// Step n leads from version n-1 to version n. Steps are never edited once released: a ledger out there has taken them.
std::span<const std::string_view> ledger_migrations();

// Takes the steps that the file has not taken, each in a transaction of its own together with its number, so that a
// death in between goes on at the right step. A file with more steps than this program knows is refused, untouched.
Result<void> migrate(sqlite::Connection& connection, std::span<const std::string_view> migrations);

}  // namespace belfry
