// The snapshot, read back from the ledger's tables. Its cost grows with jobs, open runs and kept keys, never with
// history.
#pragma once

#include <string_view>

#include <belfry/record.h>

#include <store/sqlite.h>

namespace belfry::sqlite {

// The number of the last batch: of the one that opened the newest run, or what `kv` says if that is later.
extern const std::string_view last_batch_question;

Result<Snapshot> read_snapshot(Connection& db);

}  // namespace belfry::sqlite
