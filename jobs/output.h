// What an attempt wrote, read back from its run directory, also while it still writes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <belfry/error.h>
#include <belfry/names.h>
#include <belfry/output.h>

namespace belfry {

// not_found: the output of this attempt is not kept any more, or it never started.
Result<OutputPart> read_output(const std::string& runs_path, const AttemptId& id, const OutputQuery& query);

// The offset at which the last `count` lines begin, for a query of the same stream. A last line without an end counts.
struct LastLines {
  std::optional<OutputStream> stream;
  std::uint64_t count = 0;
};
Result<std::uint64_t> find_last_lines(const std::string& runs_path, const AttemptId& id, const LastLines& lines);

}  // namespace belfry
