// What a run wrote, asked for piece by piece. It never passes through the ledger nor through the daemon's memory as a
// whole (S30). Of a job that writes more than may be kept, the beginning and the end are: in between is a gap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace belfry {

enum class OutputStream { out, err };

struct OutputQuery {
  std::optional<OutputStream> stream;  // none: both, in the order in which their bytes came
  std::uint64_t offset = 0;            // counted in the bytes that were written to what is chosen
  std::size_t limit = 0;               // at most this many bytes
};

// Never spans a gap: it ends before it, and the next query from there gives what comes after it.
struct OutputPart {
  std::string bytes;         // byte-exact; shorter than the limit only at a gap or at the end
  std::uint64_t offset = 0;  // of the first of them: larger than asked for if what was asked for is in a gap
  std::uint64_t size = 0;    // of all that was written to what is chosen
};

}  // namespace belfry
