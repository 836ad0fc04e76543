// What a run wrote, asked for piece by piece. It never passes through the ledger nor through the daemon's memory as a
// whole (S30).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace belfry {

enum class OutputStream { out, err };

struct OutputQuery {
  std::optional<OutputStream> stream;  // none: both, in the order in which their bytes came
  std::uint64_t offset = 0;            // counted in the bytes of what is chosen
  std::size_t limit = 0;               // at most this many bytes
};

struct OutputPart {
  std::string bytes;       // byte-exact; shorter than the limit only at the end
  std::uint64_t size = 0;  // of all that is chosen, as far as it is kept
};

}  // namespace belfry
