// The snapshot, read back from the ledger's tables. Its cost grows with jobs, open runs and kept keys, never with
// history.
#pragma once

#include <belfry/record.h>

#include <store/sqlite.h>

namespace belfry::sqlite {

Result<Snapshot> read_snapshot(Connection& db);

}  // namespace belfry::sqlite
