// What an attempt wrote, read back from its run directory, also while it still writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <belfry/error.h>
#include <belfry/names.h>

namespace belfry {

enum class Stream { standard_output, standard_error };

// Both streams: in the order in which their bytes came.
struct OutputQuery {
  std::optional<Stream> stream;
  std::uint64_t offset = 0;  // counted in the bytes of what is chosen
  std::size_t limit = 0;     // at most this many bytes
};

struct OutputPart {
  std::string bytes;       // byte-exact; shorter than the limit only at the end
  std::uint64_t size = 0;  // of all that is chosen, as far as it is kept
};

// not_found: the output of this attempt is not kept any more, or it never started.
Result<OutputPart> read_output(const std::string& runs_path, const AttemptId& id, const OutputQuery& query);

// The offset at which the last `count` lines begin, for a query of the same stream. A last line without an end counts.
struct LastLines {
  std::optional<Stream> stream;
  std::uint64_t count = 0;
};
Result<std::uint64_t> find_last_lines(const std::string& runs_path, const AttemptId& id, const LastLines& lines);

}  // namespace belfry
