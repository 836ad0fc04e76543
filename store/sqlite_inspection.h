// Looks whether the records of a ledger in use fit their checksums (F07). However large it is, it is read in pieces, so
// that nobody who writes has to wait for a reading to end; the newest records come first, and the caller says for how
// long it goes on.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <belfry/error.h>

namespace belfry {

struct Inspection {
  std::int64_t records = 0;            // that were looked at
  bool is_whole = true;                // none was left out
  std::optional<std::string> damaged;  // one that does not fit: "runs 4711". Nothing was looked at after it
};

// `goes_on` is asked after each piece, which takes milliseconds. An error: it cannot be opened, or what stands there
// cannot be read at all. REQUIRES: a daemon has it open, so that no files are made beside it.
Result<Inspection> inspect_ledger(const std::string& path, const std::function<bool()>& goes_on);

}  // namespace belfry
