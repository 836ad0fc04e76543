// A copy of the ledger while it is in use.
#pragma once

#include <string>

#include <belfry/error.h>

namespace belfry {

// Writes the ledger as it is at one moment to `to`, a file that must not exist yet. Reads on a connection of its own:
// commits go on meanwhile. GUARANTEES: `to` is whole and synced, or not there.
Result<void> back_up_ledger(const std::string& ledger, const std::string& to);

}  // namespace belfry
