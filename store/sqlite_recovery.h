// A ledger that cannot be trusted any more (F07): found when it is opened, moved aside, and what can be read of it
// taken over into a new one.
//
// What is looked at: the header, the structure of every page with SQLite's quick check, the tables' definitions, and
// that the snapshot can be read. Of a small ledger also every index and every row's checksum; of a large one a row's is
// looked at when it is read.
//
// What is promised afterwards: every row of the new ledger could be read whole, no slot from before the recovery is
// owed (counts_from), and the history of each job counts as whole from then on only (pruned_upto). The new ledger has
// an identity of its own, so no run id is made twice although the newest runs may be missing.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <store/sqlite_store.h>

namespace belfry {

struct Damage {
  std::string what;                    // as it was found
  std::string moved_to;                // where the damaged file is now
  std::int64_t runs = 0;               // that were taken over
  std::optional<WallTime> known_upto;  // the newest of them was opened then; what happened since is not known

  // "the ledger was damaged (...)": what a person should read.
  std::string in_words() const;
};

struct OpenedStore {
  std::unique_ptr<SqliteStore> store;
  std::optional<Damage> damage;  // none: all is well
};

// Opens the ledger at `path` as SqliteStore::open() does, and recovers a damaged one first. A death at any moment
// leaves the damaged ledger or the new one in place, never none.
Result<OpenedStore> open_or_recover(const std::string& path, WallTime now, SqliteStoreOptions options = {});

}  // namespace belfry
